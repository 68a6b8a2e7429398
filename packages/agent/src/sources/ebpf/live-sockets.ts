import { ngLiveHeader as H, ngLiveNew, ngLiveRecord } from '@netguard/core/abi';
import type { BpfIterator, BpfMap } from '@netguard/libbpf';
import { u64 } from './layout.ts';

/** More passes than this in one tick would let full arrays starve the rest of the tick. */
const MAX_PASSES = 8;
const RECORD_WORDS = ngLiveRecord.SIZE / 4;

export interface LivePass {
  readonly records: number;
  /** All sockets visited, moved or not. */
  readonly seen: number;
  readonly pass: number;
  /** Sockets known already that found no room even in the last pass; they come in the next tick. */
  readonly left: number;
  /** The same of sockets nobody has heard of. */
  readonly leftNew: number;
}

export interface LiveRecords {
  /** How many sockets can be taken that nobody has heard of. */
  readonly room: () => number;
  /** A `struct ng_live_new`: the first record of a socket, and all until its handshake is finished. */
  readonly full: (bytes: Uint8Array, view: DataView, offset: number) => void;
  /** A `struct ng_live_record` at word `at`, of a socket known in full; read at boot time `nowNs`. */
  readonly again: (words: Uint32Array, at: number, nowNs: number) => void;
}

/** Reads the live sockets that moved since the last pass, through arrays both sides have mapped: no copy, no read(). */
export class LiveSockets {
  readonly #iterator: BpfIterator;
  readonly #header: DataView;
  readonly #words: Uint32Array;
  readonly #newBytes: Uint8Array;
  readonly #newView: DataView;
  #pass = 0;

  constructor(iterator: BpfIterator, header: BpfMap, known: BpfMap, fresh: BpfMap) {
    this.#iterator = iterator;
    this.#header = viewOf(header.mmap());
    const words = known.mmap();
    this.#words = new Uint32Array(words.buffer, words.byteOffset, words.byteLength / 4);
    this.#newBytes = fresh.mmap();
    this.#newView = viewOf(this.#newBytes);
  }

  /**
   * Hands on every record that moved; under another number of `sweep` (1 to 255) than before also the known ones that did
   * not. The bytes are valid during the call only.
   */
  read(sweep: number, into: LiveRecords): LivePass {
    const header = this.#header;
    let records = 0;
    for (let i = 1; ; i++) {
      this.#prepare(sweep, into.room());
      this.#iterator.run();
      records += this.#handOn(into);
      const left = header.getUint32(H.overflow, true);
      const leftNew = header.getUint32(H.overflow_new, true);
      const isDone = left === 0 && (leftNew === 0 || into.room() === 0);
      if (isDone || i === MAX_PASSES)
        return { records, seen: header.getUint32(H.seen, true), pass: this.#pass, left, leftNew };
    }
  }

  #prepare(sweep: number, room: number): void {
    const header = this.#header;
    for (let at = 0; at < H.SIZE; at += 4) header.setUint32(at, 0, true);
    header.setUint32(H.pass, ++this.#pass, true);
    header.setUint32(H.sweep, sweep, true);
    header.setUint32(H.room, room, true);
  }

  #handOn(into: LiveRecords): number {
    const header = this.#header;
    const fresh = header.getUint32(H.count_new, true);
    const view = this.#newView;
    for (let n = 0; n < fresh; n++) into.full(this.#newBytes, view, n * ngLiveNew.SIZE);
    const known = header.getUint32(H.count, true);
    const nowNs = u64(header, H.now_ns);
    const words = this.#words;
    for (let n = 0; n < known; n++) into.again(words, n * RECORD_WORDS, nowNs);
    return fresh + known;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
