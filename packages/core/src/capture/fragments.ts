import type { IpHeader } from './ip-header.ts';
import { type Packet, TCP, UDP } from './packet.ts';
import { SlotTable } from './slot-table.ts';

/** Datagrams in pieces at once. Linux holds 4 MB of them (ipfrag_high_thresh), which is about as many small ones. */
const CAPACITY = 4096;
/** ipfrag_time of Linux: a datagram not whole by then never is. */
const WHOLE_MS = 30_000;
/** Reordering takes milliseconds: later fragments without a first one belong to nobody after this. */
const FIRST_MS = 1000;
/** A TCP header with all its options: what tiny fragments (nmap -f) are put together for. */
const HEAD_BYTES = 64;

const WAITING = 0;
const KNOWN = 1;

class Datagram {
  startMs = 0;
  sourcePort = 0;
  targetPort = 0;
  readonly head = new Uint8Array(HEAD_BYTES);
  /** The eight-byte units of `head` that have come, a bit each. */
  units = 0;
  receivedBytes = 0;
  /** Known from the last fragment; -1 before. */
  totalBytes = -1;
  heldPackets = 0;
  ip: { readonly source: Int32Array; readonly target: Int32Array; protocol: number } = {
    source: new Int32Array(4),
    target: new Int32Array(4),
    protocol: 0,
  };
}

/** What becomes of a fragment. `parse`: its transport header is in place. `whole`: that of `head` is complete. */
export type FragmentFate = 'parse' | 'more' | 'whole' | 'held';

/** Puts fragments together as far as their ports and TCP flags need, in bounded memory. */
export class Fragments {
  readonly #table = new SlotTable(10, 2);
  readonly #datagrams: Datagram[] = [];
  readonly #key = new Int32Array(10);
  #evicted = 0;
  #incomplete = 0;

  /** The transport header's bytes after `whole`, and how many bytes the datagram has in all. */
  head: Uint8Array = EMPTY;
  totalBytes = 0;
  /** Bytes that came before the first fragment and now go with it. */
  earlierBytes = 0;

  /** Takes a fragment of TCP, UDP or another protocol with ports; `more` has filled ports, size and count of `packet`. */
  add(ip: IpHeader, bytes: Uint8Array, end: number, timeMs: number, packet: Packet): FragmentFate {
    const slot = this.#slot(ip, timeMs);
    const datagram = this.#datagrams[slot]!;
    datagram.receivedBytes += ip.payloadLength;
    if (!ip.moreFragments) datagram.totalBytes = ip.fragmentOffset + ip.payloadLength;
    if (ip.protocol === TCP) return this.#addTcp(slot, datagram, ip, bytes, end);
    if (ip.fragmentOffset === 0) return this.#first(slot, datagram, bytes, ip, end);
    packet.packets = 0;
    packet.payloadBytes = ip.payloadLength;
    if (this.#table.listOf(slot) === WAITING) {
      datagram.heldPackets++;
      return 'held';
    }
    packet.sourcePort = datagram.sourcePort;
    packet.targetPort = datagram.targetPort;
    if (isWhole(datagram)) this.#table.remove(slot);
    return 'more';
  }

  /**
   * Fills `packet` with fragments whose first one did not come in time (their ports are 0), or that have to make room. False
   * when there are none; call it until then, after each frame.
   */
  overdue(nowMs: number, packet: Packet): boolean {
    const table = this.#table;
    for (;;) {
      const known = table.oldest(KNOWN);
      if (known < 0) break;
      const isFull = table.total > CAPACITY && table.size(WAITING) === 0;
      if (!isFull && nowMs - this.#datagrams[known]!.startMs < WHOLE_MS) break;
      if (isFull) this.#evicted++;
      if (this.#datagrams[known]!.ip.protocol === TCP) this.#incomplete++;
      table.remove(known);
    }
    const slot = table.oldest(WAITING);
    if (slot < 0) return false;
    const isFull = table.total > CAPACITY;
    if (!isFull && nowMs - this.#datagrams[slot]!.startMs < FIRST_MS) return false;
    if (isFull) this.#evicted++;
    this.#release(slot, packet);
    return true;
  }

  get state(): { readonly entries: number; readonly capacity: number; readonly evicted: number } {
    return { entries: this.#table.total, capacity: CAPACITY, evicted: this.#evicted };
  }

  /** TCP segments of which a fragment never came. */
  get incomplete(): number {
    return this.#incomplete;
  }

  #first(slot: number, datagram: Datagram, bytes: Uint8Array, ip: IpHeader, end: number): FragmentFate {
    if (ip.payload + 4 <= end) {
      datagram.sourcePort = (bytes[ip.payload]! << 8) | bytes[ip.payload + 1]!;
      datagram.targetPort = (bytes[ip.payload + 2]! << 8) | bytes[ip.payload + 3]!;
    }
    this.earlierBytes = datagram.receivedBytes - ip.payloadLength;
    if (isWhole(datagram)) this.#table.remove(slot);
    else this.#table.touch(slot, KNOWN);
    return 'parse';
  }

  #addTcp(slot: number, datagram: Datagram, ip: IpHeader, bytes: Uint8Array, end: number): FragmentFate {
    this.#table.touch(slot, KNOWN);
    const from = ip.fragmentOffset;
    const length = Math.min(ip.payloadLength, end - ip.payload, HEAD_BYTES - from);
    if (length > 0) {
      datagram.head.set(bytes.subarray(ip.payload, ip.payload + length), from);
      for (let unit = from >> 3; unit < Math.ceil((from + length) / 8); unit++) datagram.units |= 1 << unit;
    }
    if (!isWhole(datagram)) return 'held';
    const needed = Math.min(datagram.totalBytes, 20);
    const mask = (1 << Math.ceil(needed / 8)) - 1;
    this.#table.remove(slot);
    if ((datagram.units & mask) !== mask) {
      this.#incomplete++;
      return 'held';
    }
    this.head = datagram.head;
    this.totalBytes = datagram.totalBytes;
    return 'whole';
  }

  #slot(ip: IpHeader, timeMs: number): number {
    const key = this.#key;
    key.set(ip.source, 0);
    key.set(ip.target, 4);
    key[8] = ip.identification;
    key[9] = ip.protocol;
    let slot = this.#table.find(key);
    if (slot >= 0 && Math.abs(timeMs - this.#datagrams[slot]!.startMs) < WHOLE_MS) return slot;
    if (slot >= 0) this.#table.remove(slot);
    slot = this.#table.add(key, WAITING);
    this.#datagrams[slot] ??= new Datagram();
    const datagram = this.#datagrams[slot]!;
    datagram.startMs = timeMs;
    datagram.sourcePort = 0;
    datagram.targetPort = 0;
    datagram.units = 0;
    datagram.receivedBytes = 0;
    datagram.totalBytes = -1;
    datagram.heldPackets = 0;
    datagram.ip.source.set(ip.source);
    datagram.ip.target.set(ip.target);
    datagram.ip.protocol = ip.protocol;
    return slot;
  }

  #release(slot: number, packet: Packet): void {
    const datagram = this.#datagrams[slot]!;
    packet.source.set(datagram.ip.source);
    packet.target.set(datagram.ip.target);
    packet.protocol = datagram.ip.protocol;
    packet.sourcePort = 0;
    packet.targetPort = 0;
    packet.packets = datagram.heldPackets;
    packet.payloadBytes = datagram.receivedBytes;
    packet.quoted = undefined;
    packet.clearPayload();
    this.#table.remove(slot);
  }
}

function isWhole(datagram: Datagram): boolean {
  return datagram.totalBytes >= 0 && datagram.receivedBytes >= datagram.totalBytes;
}

/** Protocols whose later fragments lack something that the first one has. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === 1 || protocol === 58 || protocol === 132;
}

const EMPTY = new Uint8Array(0);
