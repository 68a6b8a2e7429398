import { formatAddress } from '../address.ts';
import type { AddressWords } from './packet.ts';

const scratch = new Uint8Array(16);

/** An address that was seen in the capture: an end that is watched, as a pod would be. Four plain words, as a spoofed flood makes one a packet. */
export class Host {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  /** Whether it sent a packet, so that the capture would show its answers. */
  hasSent = false;
  #ip: string | undefined;

  constructor(words: AddressWords) {
    this.a = words[0]!;
    this.b = words[1]!;
    this.c = words[2]!;
    this.d = words[3]!;
  }

  /** Text is made when an observation needs it first: most spoofed sources never do. */
  get ip(): string {
    this.#ip ??= this.#text();
    return this.#ip;
  }

  /** Stands for a network namespace: a number from 1 to 2^32 − 1 by the address alone, so no table can forget it. */
  get netns(): number {
    return this.hash(0x811c9dc5) >>> 0 || 1;
  }

  /** Writes its four words into a key. */
  writeTo(key: Int32Array, at: number): void {
    key[at] = this.a;
    key[at + 1] = this.b;
    key[at + 2] = this.c;
    key[at + 3] = this.d;
  }

  /** 32 bits of the address and a salt (murmur3's mix). Not secret: nothing exact may rest on it. */
  hash(salt: number): number {
    let hash = round(salt | 0, this.a);
    hash = round(hash, this.b);
    hash = round(hash, this.c);
    hash = round(hash, this.d);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  /** Multicast, broadcast and unspecified addresses: nobody's end of a conversation. */
  get isGroup(): boolean {
    if (this.a === 0 && this.b === 0 && this.c === 0xffff) {
      const first = this.d >>> 24;
      return (first >= 224 && first < 240) || this.d === -1 || this.d === 0;
    }
    return this.a >>> 24 === 0xff || (this.a === 0 && this.b === 0 && this.c === 0 && this.d === 0);
  }

  #text(): string {
    const words = [this.a, this.b, this.c, this.d];
    for (const [index, word] of words.entries()) {
      scratch[index * 4] = word >>> 24;
      scratch[index * 4 + 1] = (word >>> 16) & 255;
      scratch[index * 4 + 2] = (word >>> 8) & 255;
      scratch[index * 4 + 3] = word & 255;
    }
    return formatAddress(scratch, 0);
  }
}

function round(hash: number, value: number): number {
  let word = Math.imul(value, 0xcc9e2d51);
  word = Math.imul((word << 15) | (word >>> 17), 0x1b873593) ^ hash;
  return (Math.imul((word << 13) | (word >>> 19), 5) + 0xe6546b64) | 0;
}
