import { readFileSync } from 'node:fs';
import { DeliveryError } from './sink.ts';

const MOST_BYTES = 8192;

/**
 * The lines of a secret's file, without white space around them. It is read for each use, so a change is in force at once and no
 * secret stays in memory. Throws NG_ERR_SINK_SECRET; nothing is lost by that, as what was to be sent is tried again.
 */
export function readSecretLines(file: string): readonly string[] {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} characters`);
    const lines = text.split('\n').map((line) => line.trim());
    const secrets = lines.filter((line) => line !== '');
    if (secrets.length === 0) throw new Error('it is empty');
    if (secrets.some((line) => /\p{Cc}/u.test(line))) throw new Error('it holds control characters');
    return secrets;
  } catch (cause) {
    throw secretError(file, cause);
  }
}

/** The one secret of a file. */
export function readSecret(file: string): string {
  const [secret = '', ...more] = readSecretLines(file);
  if (more.length > 0) throw secretError(file, 'it holds more than one line');
  return secret;
}

export function secretError(file: string, cause: unknown): DeliveryError {
  return new DeliveryError('NG_ERR_SINK_SECRET', `reading ${file}`, {
    cause,
    hint: 'Write the file; it is read again at the next attempt.',
  });
}
