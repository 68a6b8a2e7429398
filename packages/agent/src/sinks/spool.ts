import { readdirSync, statSync } from 'node:fs';
import { open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../state/make-directory.ts';
import { writeWhole } from '../state/write-whole.ts';
import { spoolLane } from './lane.ts';

/** A file takes whole blocks of the disk; the bound is on those. */
const BLOCK_BYTES = 4096;
/** Characters that may wait in memory until the disk has taken them: some thousand alerts. */
const UNSAVED_CHARACTERS = 8_388_608;
const RETRY_MS = 30_000;
const NAME = /^(\d{16})\.json$/;

export interface SpoolOptions {
  readonly directory: string;
  /** Bytes on disk; when there is no room for one more, the oldest that is not on its way is dropped. */
  readonly maxBytes: number;
  readonly onDrop: (count: number) => void;
  /** Called after each write, with the error when it ended in one. */
  readonly onWrite: (error: Error | null) => void;
}

export interface Spooled {
  readonly sequence: number;
  readonly bytes: number;
  /** In memory until it is on disk. */
  text: string | undefined;
  isTaken: boolean;
  isGone: boolean;
}

/**
 * Texts in their order, each in a file of its own until it is done with: `0000000000000042.json`. What is on disk when the
 * process ends, however it ends, is there at the next start. While the disk takes nothing they wait in memory.
 */
export class Spool {
  readonly #options: SpoolOptions;
  #maxBytes: number;
  /** Oldest first; those that are gone leave when they come to the front. */
  readonly #entries: Spooled[] = [];
  readonly #unsaved: Spooled[] = [];
  #next = 1;
  #count = 0;
  #bytes = 0;
  #unsavedCharacters = 0;
  #saving: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Those that are in memory alone. */
  get unsaved(): number {
    return this.#unsaved.filter(({ isGone }) => !isGone).length;
  }

  /** Finds what the last run left. A directory that is not there yet is empty; throws when it cannot be read. */
  restore(): void {
    const { directory } = this.#options;
    for (const name of listDirectory(directory)) {
      const sequence = Number(NAME.exec(name)?.[1] ?? 0);
      if (sequence === 0) continue;
      const bytes = blocks(statSync(join(directory, name)).size);
      this.#entries.push({ sequence, bytes, text: undefined, isTaken: false, isGone: false });
      this.#count++;
      this.#bytes += bytes;
      this.#next = sequence + 1;
    }
    this.#makeRoom(0, 0);
  }

  set maxBytes(bytes: number) {
    this.#maxBytes = bytes;
    this.#makeRoom(0, 0);
  }

  /** Takes a text in at once; resolves when it is on disk, or when that was tried in vain. */
  push(text: string): Promise<void> {
    const bytes = blocks(Buffer.byteLength(text));
    this.#makeRoom(bytes, text.length);
    const entry = { sequence: this.#next++, bytes, text, isTaken: false, isGone: false };
    this.#entries.push(entry);
    this.#count++;
    this.#bytes += bytes;
    this.#unsaved.push(entry);
    this.#unsavedCharacters += text.length;
    return this.#save();
  }

  /** The first entries with their texts, `most` at most. They stay until `done`. One that cannot be read is dropped. */
  async take(most: number): Promise<{ readonly entry: Spooled; readonly text: string }[]> {
    const taken: { entry: Spooled; text: string }[] = [];
    for (const entry of this.#first(most)) {
      entry.isTaken = true;
      const text = entry.text ?? (await this.#read(entry));
      if (text === undefined) this.#drop([entry]);
      else taken.push({ entry, text });
    }
    return taken;
  }

  /** Delivered, or never to be: they are forgotten. */
  done(entries: readonly Spooled[]): void {
    if (entries.length === 0) return;
    const saved = entries.filter(({ isGone, text }) => !isGone && text === undefined);
    this.#forget(entries);
    if (saved.length === 0) return;
    void spoolLane.run(async () => {
      for (const { sequence } of saved) await unlink(this.#path(sequence)).catch(() => undefined);
    });
  }

  /** They were not delivered: they wait again. */
  release(entries: readonly Spooled[]): void {
    for (const entry of entries) entry.isTaken = false;
  }

  /** Tries once more to save what is in memory alone. */
  async flush(): Promise<void> {
    if (this.#unsaved.length > 0) await this.#save();
    clearTimeout(this.#retry);
  }

  #makeRoom(bytes: number, characters: number): void {
    const dropped: Spooled[] = [];
    let free = this.#maxBytes - this.#bytes - bytes;
    let freeInMemory = UNSAVED_CHARACTERS - this.#unsavedCharacters - characters;
    for (const entry of this.#entries) {
      if (free >= 0 && freeInMemory >= 0) break;
      const inMemory = entry.text?.length ?? 0;
      if (entry.isGone || entry.isTaken || (free >= 0 && inMemory === 0)) continue;
      dropped.push(entry);
      free += entry.bytes;
      freeInMemory += inMemory;
    }
    this.#drop(dropped);
  }

  #drop(entries: readonly Spooled[]): void {
    if (entries.length === 0) return;
    this.done(entries);
    this.#options.onDrop(entries.length);
  }

  #forget(entries: readonly Spooled[]): void {
    for (const entry of entries) {
      if (entry.isGone) continue;
      entry.isGone = true;
      this.#count--;
      this.#bytes -= entry.bytes;
      this.#unsavedCharacters -= entry.text?.length ?? 0;
    }
    while (this.#entries[0]?.isGone) this.#entries.shift();
  }

  #first(most: number): Spooled[] {
    const first: Spooled[] = [];
    for (const entry of this.#entries) {
      if (first.length === most) break;
      if (!entry.isGone) first.push(entry);
    }
    return first;
  }

  #save(): Promise<void> {
    clearTimeout(this.#retry);
    this.#saving ??= this.#saveUntilNone();
    return this.#saving;
  }

  async #saveUntilNone(): Promise<void> {
    try {
      do await spoolLane.run(() => this.#saveAll());
      while (this.#unsaved.length > 0);
      this.#saving = undefined;
      this.#options.onWrite(null);
    } catch (error) {
      this.#saving = undefined;
      this.#retry = setTimeout(() => void this.#save(), RETRY_MS).unref();
      this.#options.onWrite(error as Error);
    }
  }

  /** Also what comes meanwhile: one synchronisation of the directory for all. */
  async #saveAll(): Promise<void> {
    const { directory } = this.#options;
    makeDirectory(directory);
    for (let entry = this.#unsaved[0]; entry !== undefined; entry = this.#unsaved[0]) {
      if (!entry.isGone) await this.#saveOne(entry);
      this.#unsaved.shift();
    }
    await syncDirectory(directory);
  }

  async #saveOne(entry: Spooled): Promise<void> {
    const path = this.#path(entry.sequence);
    await writeWhole(path, entry.text ?? '');
    // Delivered while it was being written: its file goes.
    if (entry.isGone) return unlink(path);
    this.#unsavedCharacters -= entry.text?.length ?? 0;
    entry.text = undefined;
  }

  async #read({ sequence }: Spooled): Promise<string | undefined> {
    try {
      return await spoolLane.run(() => readFile(this.#path(sequence), 'utf8'));
    } catch {
      return undefined;
    }
  }

  #path(sequence: number): string {
    return join(this.#options.directory, `${String(sequence).padStart(16, '0')}.json`);
  }
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function blocks(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
