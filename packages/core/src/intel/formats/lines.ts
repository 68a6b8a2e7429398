import type { EntryDetails } from '../intel.ts';
import { type EntrySink, forEachLine } from './entry-sink.ts';

/** Names of a machine itself that hosts files have. */
const LOCAL_NAMES = /^(?:localhost|localhost\..*|local|broadcasthost|ip6-.*|0\.0\.0\.0)$/i;

/** One value a line; what follows `#`, `;` or `//` is a comment, and one on the line of a value its reference. */
export function readPlain(text: string, sink: EntrySink): void {
  forEachLine(text, sink, (line, number) => {
    if (/^(?:[#;!]|\/\/)/.test(line)) return;
    const { value, details } = withComment(line);
    sink.entry(number, value, details);
  });
}

/** `0.0.0.0 name name # comment`: names of which somebody wants no answer. */
export function readHosts(text: string, sink: EntrySink): void {
  forEachLine(text, sink, (line, number) => {
    if (line.startsWith('#')) return;
    const { value, details } = withComment(line);
    const [address, ...names] = value.split(/\s+/);
    if (names.length === 0) {
      sink.bad(number, value, `has no name after ${address === value ? 'the address' : 'it'}`);
      return;
    }
    for (const name of names) {
      if (LOCAL_NAMES.test(name)) sink.skip();
      else sink.entry(number, name, details, { kind: 'domain' });
    }
  });
}

/**
 * Maltrail's trails: names with all below them, addresses with or without a port, URLs without a scheme; `# Reference:` lines
 * speak of the entries up to the next ones.
 */
export function readMaltrail(text: string, sink: EntrySink): void {
  let reference: string | undefined;
  forEachLine(text, sink, (line, number) => {
    if (line.startsWith('#')) {
      reference = /^#\s*Reference:\s*(\S+)/i.exec(line)?.[1] ?? reference;
      return;
    }
    const { value, details } = withComment(line);
    /* A path of any host, a user agent or a regular expression: nothing that is looked up. */
    if (value.startsWith('/') || /[\s()*^$\\]/.test(value)) sink.skip();
    else
      sink.entry(number, value, details ?? (reference === undefined ? undefined : { reference }), { subdomains: true });
  });
}

/** The value, and the comment behind it. A `#` inside a URL is none: white space stands before a comment. */
function withComment(line: string): { value: string; details?: EntryDetails } {
  const at = line.search(/\s(?:[#;]|\/\/)|\t/);
  if (at < 0) return { value: line };
  const reference = line
    .slice(at)
    .replace(/^[\s#;/]+/, '')
    .trim();
  const value = line.slice(0, at).trim();
  return reference === '' ? { value } : { value, details: { reference } };
}
