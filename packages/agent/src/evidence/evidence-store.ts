import { chmod, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alert, EvidenceSample } from '@netguard/core';
import { makeDirectory } from '../state/make-directory.ts';
import { SAMPLE_FILE } from './clear-evidence.ts';
import { alertWindow, evidenceMatch } from './evidence-match.ts';
import { decodeSamples, encodeSample, isStorable } from './sample-record.ts';

export interface EvidenceLimits {
  /** Bytes of all files; the oldest file goes when there would be more. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly maxSamples: number;
}

export interface EvidenceStoreOptions extends EvidenceLimits {
  /** Its own directory: files in it that look like samples are read, and removed when they are old. */
  readonly directory: string;
  readonly now?: () => number;
  /** Told of each write, read or removal that failed; what it was about is counted as dropped. */
  readonly onError?: (error: unknown) => void;
}

/** Samples of an alert, oldest first. `isCut`: there were more than are given out at once. */
export interface AlertEvidence {
  readonly samples: readonly EvidenceSample[];
  readonly isCut: boolean;
}

export interface EvidenceFigures {
  readonly samples: number;
  readonly bytes: number;
  readonly files: number;
  /** Samples that were dropped: for lack of room, by age, because the disk was slower than they came, or could not be written. */
  readonly dropped: Readonly<Record<'room' | 'age' | 'busy' | 'error', number>>;
  /** Files that ended in the middle of a record. */
  readonly damaged: number;
}

interface File {
  readonly path: string;
  samples: number;
  bytes: number;
  fromMs: number;
  toMs: number;
  /** Nothing more is appended: another run wrote it, or a write failed. */
  isFull: boolean;
}

/** The room is given back in so many pieces. */
const PIECES = 16;
/** Samples that wait to be written: beyond it the disk is too slow. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** What one alert gets. */
const MOST_GIVEN_BYTES = 16 * 1024 * 1024;
const DAY_MS = 86_400_000;

/**
 * Payload samples on this node's disk, for the captures of alerts: files that only their owner may read, appended to, the oldest
 * removed whole when there are too many, too much, or they are too old. They are there again after a restart.
 */
export class EvidenceStore {
  readonly #options: EvidenceStoreOptions;
  readonly #now: () => number;
  readonly #files: File[] = [];
  readonly #dropped = { room: 0, age: 0, busy: 0, error: 0 };
  #number = 0;
  #damaged = 0;
  #waiting: { readonly record: Buffer; readonly timeMs: number }[] = [];
  #waitingBytes = 0;
  #work: Promise<void> = Promise.resolve();
  #isScheduled = false;
  #isClosed = false;

  private constructor(options: EvidenceStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Takes over what an earlier run has kept. @throws the system's error when the directory cannot be made or read. */
  static async open(options: EvidenceStoreOptions): Promise<EvidenceStore> {
    const store = new EvidenceStore(options);
    makeDirectory(options.directory);
    await chmod(options.directory, 0o700);
    await store.#recover();
    return store;
  }

  /** Keeps a copy. Returns at once; it is on disk after the next `flush`. */
  keep(sample: EvidenceSample): void {
    if (this.#isClosed) return;
    const record = encodeSample(sample);
    if (!isStorable(record) || this.#waitingBytes + record.length > MOST_WAITING_BYTES) {
      this.#dropped.busy++;
      return;
    }
    this.#waiting.push({ record, timeMs: sample.timeMs });
    this.#waitingBytes += record.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.flush();
    });
  }

  /** What belongs to the alert (`evidenceMatch`). */
  async forAlert(alert: Alert): Promise<AlertEvidence> {
    await this.flush();
    const { fromMs, toMs } = alertWindow(alert);
    const matches = evidenceMatch(alert);
    const oldestMs = this.#now() - this.#options.maxAgeMs;
    const samples: EvidenceSample[] = [];
    let bytes = 0;
    for (const file of this.#files.filter((one) => one.toMs >= fromMs && one.fromMs <= toMs)) {
      for (const sample of await this.#read(file)) {
        if (sample.timeMs < oldestMs || !matches(sample)) continue;
        bytes += sample.bytes.length;
        if (bytes > MOST_GIVEN_BYTES) return { samples: samples.sort(byTime), isCut: true };
        samples.push(sample);
      }
    }
    return { samples: samples.sort(byTime), isCut: false };
  }

  /** Writes what waits and removes what is too old. Resolves when it is done; never rejects. */
  flush(): Promise<void> {
    this.#work = this.#work.then(() => this.#write()).then(() => this.#trim());
    return this.#work;
  }

  get figures(): EvidenceFigures {
    const sum = (of: (file: File) => number): number => this.#files.reduce((total, file) => total + of(file), 0);
    return {
      samples: sum(({ samples }) => samples),
      bytes: sum(({ bytes }) => bytes),
      files: this.#files.length,
      dropped: { ...this.#dropped },
      damaged: this.#damaged,
    };
  }

  /** Idempotent. What is kept stays for the next run. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #write(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    while (waiting.length > 0) {
      const file = this.#current();
      const room = this.#options.maxBytes / PIECES - file.bytes;
      let bytes = 0;
      let count = 0;
      for (const { record } of waiting) {
        if (count > 0 && bytes + record.length > room) break;
        bytes += record.length;
        count++;
      }
      await this.#append(file, waiting.splice(0, count));
    }
  }

  async #append(file: File, some: readonly { readonly record: Buffer; readonly timeMs: number }[]): Promise<void> {
    try {
      const handle = await open(file.path, 'a', 0o600);
      try {
        await handle.writeFile(Buffer.concat(some.map(({ record }) => record)));
      } finally {
        await handle.close();
      }
    } catch (error) {
      this.#dropped.error += some.length;
      this.#options.onError?.(error);
      // What was written of it would hide what comes after: that goes to another file.
      file.isFull = true;
      if (file.samples === 0) this.#files.splice(this.#files.indexOf(file), 1);
      return;
    }
    for (const { record, timeMs } of some) {
      file.bytes += record.length;
      file.samples++;
      file.fromMs = Math.min(file.fromMs, timeMs);
      file.toMs = Math.max(file.toMs, timeMs);
    }
  }

  /** The file that is appended to. */
  #current(): File {
    const last = this.#files.at(-1);
    const { maxBytes, maxSamples, maxAgeMs } = this.#options;
    const isOld = last !== undefined && this.#now() - last.fromMs > Math.min(maxAgeMs / PIECES, DAY_MS);
    if (
      last !== undefined &&
      !last.isFull &&
      !isOld &&
      last.bytes < maxBytes / PIECES &&
      last.samples < maxSamples / PIECES
    )
      return last;
    const path = join(this.#options.directory, `samples-${++this.#number}.bin`);
    const file = {
      path,
      samples: 0,
      bytes: 0,
      fromMs: Number.POSITIVE_INFINITY,
      toMs: Number.NEGATIVE_INFINITY,
      isFull: false,
    };
    this.#files.push(file);
    return file;
  }

  async #trim(): Promise<void> {
    const { maxAgeMs, maxBytes, maxSamples } = this.#options;
    for (;;) {
      const [oldest] = this.#files;
      if (oldest === undefined) return;
      const { bytes, samples } = this.figures;
      const isAged = oldest.samples > 0 && oldest.toMs < this.#now() - maxAgeMs;
      if (!isAged && bytes <= maxBytes && samples <= maxSamples) return;
      this.#files.shift();
      this.#dropped[isAged ? 'age' : 'room'] += oldest.samples;
      await unlink(oldest.path).catch((error: unknown) => this.#options.onError?.(error));
    }
  }

  async #read(file: File): Promise<readonly EvidenceSample[]> {
    try {
      return decodeSamples(await readFile(file.path)).samples;
    } catch (error) {
      // It was removed meanwhile, or the disk is gone.
      this.#options.onError?.(error);
      return [];
    }
  }

  async #recover(): Promise<void> {
    const { directory } = this.#options;
    const names = await readdir(directory);
    const numbers = names.flatMap((name) => SAMPLE_FILE.exec(name)?.[1] ?? []).map(Number);
    for (const number of numbers.sort((a, b) => a - b)) {
      const path = join(directory, `samples-${number}.bin`);
      const { samples, isDamaged } = decodeSamples(await readFile(path));
      if (isDamaged) this.#damaged++;
      const bytes = samples.reduce((sum, sample) => sum + encodeSample(sample).length, 0);
      const times = samples.map(({ timeMs }) => timeMs);
      const fromMs = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      const toMs = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      // Nothing is appended to it: it may end in the middle of a record.
      this.#files.push({ path, samples: samples.length, bytes, fromMs, toMs, isFull: true });
      this.#number = number;
    }
    await this.#trim();
  }
}

function byTime(a: EvidenceSample, b: EvidenceSample): number {
  return a.timeMs - b.timeMs || a.offset - b.offset;
}
