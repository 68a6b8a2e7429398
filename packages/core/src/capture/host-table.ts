import { formatAddress } from '../address.ts';
import type { AddressWords } from './packet.ts';
import { SlotTable } from './slot-table.ts';

/** Hosts remembered at once; a flood of spoofed sources turns this over, and never grows it. */
const CAPACITY = 65_536;

const scratch = new Uint8Array(16);

/** An address that was seen in the capture: an end that is watched, as a pod would be. */
export class Host {
  readonly words: Int32Array;
  /** Stands for a network namespace: the same for the same address, in any capture. */
  readonly netns: number;
  /** Whether it sent a packet, so that the capture would show its answers. */
  hasSent = false;
  #ip: string | undefined;

  constructor(words: AddressWords) {
    this.words = words.slice();
    this.netns = namespaceNumber(words);
  }

  /** Text is made when an observation needs it first: most spoofed sources never do. */
  get ip(): string {
    this.#ip ??= addressText(this.words);
    return this.#ip;
  }
}

export class HostTable {
  readonly #table = new SlotTable(4);
  readonly #hosts: Host[] = [];
  #evicted = 0;

  /** The host of an address, made when it is new. */
  get(words: AddressWords): Host {
    const known = this.#table.find(words);
    if (known >= 0) {
      this.#table.touch(known);
      return this.#hosts[known]!;
    }
    if (this.#table.size() >= CAPACITY) {
      this.#table.remove(this.#table.oldest());
      this.#evicted++;
    }
    const slot = this.#table.add(words);
    const host = new Host(words);
    this.#hosts[slot] = host;
    return host;
  }

  get state(): { readonly entries: number; readonly capacity: number; readonly evicted: number } {
    return { entries: this.#table.size(), capacity: CAPACITY, evicted: this.#evicted };
  }
}

export function addressText(words: AddressWords): string {
  for (let index = 0; index < 4; index++) {
    const word = words[index]!;
    scratch[index * 4] = word >>> 24;
    scratch[index * 4 + 1] = (word >>> 16) & 255;
    scratch[index * 4 + 2] = (word >>> 8) & 255;
    scratch[index * 4 + 3] = word & 255;
  }
  return formatAddress(scratch, 0);
}

/** A number from 1 to 2^32 − 1 by the address alone (murmur3's mix): no table decides it, so none can forget it. */
function namespaceNumber(words: AddressWords): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < 4; index++) {
    hash = Math.imul(hash ^ words[index]!, 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}

/** Multicast, broadcast and unspecified addresses: nobody's end of a conversation. */
export function isGroupAddress(words: AddressWords): boolean {
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
    const first = words[3]! >>> 24;
    return (first >= 224 && first < 240) || words[3] === -1 || words[3] === 0;
  }
  return words[0]! >>> 24 === 0xff || (words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 0);
}
