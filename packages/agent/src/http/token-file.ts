import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NetGuardError } from '@netguard/core';
import { type FileWatch, watchFile } from '../config/watch-file.ts';

/** Short tokens can be guessed over the network. 16 characters of base64 hold 96 bits. */
const MIN_LENGTH = 16;

/**
 * The bearer token of a file, read again when it changes. A change to something unusable keeps the last good token and is
 * told to `onProblem` (null when it is good again). Only a digest stays in memory.
 */
export class TokenFile {
  #digest: Buffer;
  readonly #watch: FileWatch;

  /** Throws NG_ERR_TOKEN_FILE when the file cannot be read or holds no usable token. */
  constructor(file: string, onProblem: (sentence: string | null) => void) {
    this.#digest = readToken(file);
    this.#watch = watchFile(file, () => {
      try {
        this.#digest = readToken(file);
        onProblem(null);
      } catch (error) {
        onProblem(
          `The token file was changed to something unusable, the last token stays: ${(error as Error).message}.`,
        );
      }
    });
  }

  /** Whether an Authorization header carries the token. Takes the same time whatever it carries. */
  accepts(authorization: string | undefined): boolean {
    const match = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '');
    return timingSafeEqual(digest(match?.[1] ?? ''), this.#digest);
  }

  close(): void {
    this.#watch.close();
  }
}

function readToken(file: string): Buffer {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
    if (/\s/.test(token)) throw new Error('it holds more than one word');
    if (token.length < MIN_LENGTH)
      throw new Error(`it holds ${token.length} characters, at least ${MIN_LENGTH} are needed`);
  } catch (cause) {
    throw new NetGuardError('NG_ERR_TOKEN_FILE', `reading the token file ${file}`, {
      cause,
      hint: 'Write one random token into it, for example with: head -c 32 /dev/urandom | base64 -w0',
    });
  }
  return digest(token);
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
