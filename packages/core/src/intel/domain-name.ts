const LABELS = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)+$/;
const LONGEST_NAME = 253;

/** The name in ASCII (IDNA), lower case, without its last dot; undefined for what is none, or has one label only. */
export function domainName(text: string): string | undefined {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  const name = isAscii(bare) ? bare.toLowerCase() : punycode(bare);
  if (name === undefined || name.length > LONGEST_NAME || !LABELS.test(name)) return undefined;
  return /\.\d+$/.test(name) ? undefined : name;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** The URL parser of the platform does what UTS 46 says. */
function punycode(text: string): string | undefined {
  const address = `http://${text}/`;
  if (text.length > LONGEST_NAME || /[\s/?#@:\\]/.test(text) || !URL.canParse(address)) return undefined;
  return new URL(address).hostname;
}
