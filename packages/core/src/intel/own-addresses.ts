import { parseAddress } from '../address.ts';
import { Cidr } from '../cidr.ts';

/** What a list has no business to name: it would speak of the cluster itself (RFC 6890, without what is for documents). */
const OWN = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4', '::/127', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
].map((text) => {
  const { family, prefix } = Cidr.parse(text)!;
  return { family, prefix, words: wordsOf(text.split('/')[0]!) };
});

/** True where the range shares an address with loopback, private, link-local, multicast or reserved ones. */
export function isOwnRange(family: 4 | 6, words: readonly number[], prefix: number): boolean {
  for (const own of OWN) {
    if (own.family === family && isSamePrefix(own.words, words, Math.min(own.prefix, prefix), family)) return true;
  }
  return false;
}

function isSamePrefix(a: readonly number[], b: readonly number[], prefix: number, family: 4 | 6): boolean {
  let left = prefix;
  for (let word = family === 4 ? 3 : 0; left > 0; word++, left -= 32) {
    const mask = left >= 32 ? -1 : -1 << (32 - left);
    if (((a[word]! ^ b[word]!) & mask) !== 0) return false;
  }
  return true;
}

function wordsOf(ip: string): number[] {
  const bytes = parseAddress(ip)!;
  return [0, 4, 8, 12].map((at) => new DataView(bytes.buffer).getUint32(at));
}
