import { type FileHandle, open } from 'node:fs/promises';
import { CaptureReader, type Frame, NetGuardError } from '@netguard/core';

const CHUNK_BYTES = 1024 * 1024;

/** One capture as a stream of frames: a file, or standard input for `-`. Holds one chunk of it, whatever its size. */
export class CaptureInput {
  readonly name: string;
  /** Bytes of the file; undefined where that cannot be known. */
  readonly size: number | undefined;
  readonly #handle: FileHandle | undefined;
  readonly #stream: AsyncIterator<Uint8Array> | undefined;
  readonly #reader = new CaptureReader();
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #bytes = 0;
  #isAtEnd = false;
  #warning: string | undefined;

  private constructor(
    name: string,
    size: number | undefined,
    handle: FileHandle | undefined,
    stream: AsyncIterator<Uint8Array> | undefined,
  ) {
    this.name = name;
    this.size = size;
    this.#handle = handle;
    this.#stream = stream;
  }

  /** Throws NG_ERR_CAPTURE_READ. */
  static async open(path: string, stdin: AsyncIterable<Uint8Array>): Promise<CaptureInput> {
    if (path === '-') return new CaptureInput('standard input', undefined, undefined, stdin[Symbol.asyncIterator]());
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'r');
      const status = await handle.stat();
      if (status.isDirectory()) throw new Error('it is a directory');
      return new CaptureInput(path, status.isFile() ? status.size : undefined, handle, undefined);
    } catch (cause) {
      await handle?.close();
      throw readError(path, cause);
    }
  }

  /** A frame that is there without waiting; undefined: `fill`, then ask again. Valid until either is called again. */
  take(): Frame | undefined {
    try {
      return this.#reader.next();
    } catch (error) {
      throw this.#named(error);
    }
  }

  /** Reads on. False at the end of the capture; `warning` then says whether it was cut off. */
  async fill(): Promise<boolean> {
    if (this.#isAtEnd) return false;
    const chunk = await this.#read();
    if (chunk !== undefined) {
      this.#bytes += chunk.length;
      this.#reader.push(chunk);
      return true;
    }
    this.#isAtEnd = true;
    try {
      this.#warning = this.#reader.end();
    } catch (error) {
      throw this.#named(error);
    }
    return false;
  }

  get warning(): string | undefined {
    return this.#warning === undefined ? undefined : `${this.name}: ${this.#warning}`;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get packets(): number {
    return this.#reader.packets;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    await this.#stream?.return?.();
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      if (this.#stream !== undefined) {
        const { done, value } = await this.#stream.next();
        return done === true ? undefined : value;
      }
      const { bytesRead } = await this.#handle!.read(this.#buffer, 0, CHUNK_BYTES);
      return bytesRead === 0 ? undefined : this.#buffer.subarray(0, bytesRead);
    } catch (cause) {
      throw readError(this.name, cause);
    }
  }

  #named(error: unknown): unknown {
    if (!(error instanceof NetGuardError)) return error;
    const { code, phrase, cause, hint } = error;
    return new NetGuardError(code, `${this.name}: ${phrase}`, { cause, ...(hint === undefined ? {} : { hint }) });
  }
}

function readError(name: string, cause: unknown): NetGuardError {
  return new NetGuardError('NG_ERR_CAPTURE_READ', `reading the capture ${name}`, {
    cause,
    hint: 'Check the path and its permissions.',
  });
}
