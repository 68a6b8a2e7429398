import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SinkOf } from '../config/sink-schema.ts';
import { makeDirectory } from '../state/make-directory.ts';
import { aborting } from './connect.ts';
import { formatted, type Origin } from './formats.ts';
import { fileLane } from './lane.ts';
import type { Notification } from './notification.ts';
import { DeliveryError, type Sink } from './sink.ts';

const LINE_END = 10;

/**
 * JSON lines. The file is opened for each batch, so others may move it away. A line is there whole or not at all, also when
 * the disk is full or the process is ended in the middle of it.
 */
export class FileSink implements Sink {
  readonly maxBatch = 100;
  readonly #settings: SinkOf<'file'>;
  readonly #origin: Origin;

  constructor(settings: SinkOf<'file'>, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
  }

  async send(batch: readonly Notification[], signal: AbortSignal): Promise<undefined> {
    const lines = batch.map((notification) => `${formatted(notification, this.#settings.format, this.#origin)}\n`);
    const writing = fileLane.run(async () => {
      signal.throwIfAborted();
      await this.#write(Buffer.from(lines.join('')));
    });
    try {
      await aborting(writing, signal);
    } catch (cause) {
      if (cause instanceof DeliveryError) throw cause;
      throw new DeliveryError('NG_ERR_SINK_FILE', `writing ${this.#settings.path}`, {
        cause,
        hint: 'Make room there and check the permissions; it is tried again.',
      });
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    const { path, maxBytes, fsync } = this.#settings;
    makeDirectory(dirname(path));
    const size = await sizeOf(path);
    if (size > 0 && size + bytes.length > maxBytes) await this.#rotate();
    await using file = await open(path, 'a+', 0o640);
    const before = (await file.stat()).size;
    try {
      if (before > 0 && !(await endsLine(file, before))) await file.appendFile('\n');
      await file.appendFile(bytes);
      if (fsync === 'each') await file.sync();
    } catch (error) {
      await file.truncate(before).catch(() => undefined);
      throw error;
    }
  }

  /** `alerts.json.1` is the latest of the old ones; the oldest goes. */
  async #rotate(): Promise<void> {
    const { path, maxFiles } = this.#settings;
    if (maxFiles === 0) return unlink(path);
    for (let number = maxFiles - 1; number >= 1; number--) {
      await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(ignoreMissing);
    }
    await rename(path, `${path}.1`);
  }
}

/** 0 for a file that is not there yet. A pipe without a reader would hold the thread for ever. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  if (found !== undefined && !found.isFile())
    throw new DeliveryError('NG_ERR_SINK_FILE', `writing ${path}`, { cause: 'it is no regular file' });
  return found?.size ?? 0;
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] === LINE_END;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
