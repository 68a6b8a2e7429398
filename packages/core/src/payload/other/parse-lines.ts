import type { OtherFacts } from '../facts.ts';
import { latin1 } from '../latin1.ts';
import { LINE_PROTOCOLS, type LineProtocol } from './line-protocols.ts';
import { otherFacts } from './other-facts.ts';

const LF = 10;
/** Of the first bytes: enough for a greeting of several lines, and for a SIP URI. */
const TEXT_BYTES = 1024;
/**
 * SMTP, FTP, IRC, POP3, IMAP, SIP, RTSP, SSDP, memcached's text and VNC, by their first line; its end must have been sampled.
 * @param toServer the client sent it; undefined: either end may have said it
 */
export function parseLines(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  const first = bytes[0];
  // All of them begin with a letter, a digit or one of three signs.
  if (first === undefined || !BEGINS[first]) return undefined;
  const feed = bytes.subarray(0, TEXT_BYTES).indexOf(LF);
  if (feed < 0) return undefined;
  const text = latin1(bytes, 0, Math.min(bytes.length, TEXT_BYTES));
  const line = text.slice(0, text[feed - 1] === '\r' ? feed - 1 : feed);
  for (let at = 0; at < line.length; at++) if (!IS_TEXT[line.charCodeAt(at)]) return undefined;
  const found = LINE_PROTOCOLS.find((protocol) => isSaid(protocol, toServer) && matches(protocol, line, text));
  return found === undefined ? undefined : otherFacts(found.name, found.message, line);
}

const BEGINS: readonly boolean[] = Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9:+*]/.test(String.fromCharCode(code)),
);

/** Lines have no controls but a tab, and what IRC colours with. */
const IS_TEXT: readonly boolean[] = Array.from(
  { length: 256 },
  (_, code) => code >= 0x20 || [0x02, 0x03, 0x09, 0x0f, 0x16, 0x1d, 0x1f].includes(code),
);

function isSaid({ from }: LineProtocol, toServer: boolean | undefined): boolean {
  return toServer === undefined || from === 'either' || (from === 'client') === toServer;
}

function matches(protocol: LineProtocol, line: string, text: string): boolean {
  return protocol.line.test(line) && (protocol.text === undefined || protocol.text.test(text));
}
