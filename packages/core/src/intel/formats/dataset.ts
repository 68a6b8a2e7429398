import type { IntelKind } from '../intel.ts';
import { cells } from './csv.ts';
import { type EntrySink, forEachLine } from './entry-sink.ts';

/**
 * Suricata's datasets: one value a line, of type `string` in base64, of `ip`, `ipv4`, `md5` and `sha256` as it is; what follows
 * a comma is a reputation. The type is told by `kind`: addresses and hashes are not encoded.
 */
export function readDataset(text: string, sink: EntrySink, kind: IntelKind | undefined): void {
  const isEncoded = kind === undefined || kind === 'domain' || kind === 'url' || kind === 'ja4';
  forEachLine(text, sink, (line, number) => {
    if (line.startsWith('#')) return;
    const [value = ''] = cells(line, ',');
    const decoded = isEncoded ? fromBase64(value.trim()) : value.trim();
    if (decoded === undefined) sink.bad(number, value, 'is no base64');
    else sink.entry(number, decoded);
  });
}

function fromBase64(text: string): string | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
