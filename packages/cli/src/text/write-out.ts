import { once } from 'node:events';

/** Writes results to standard output and waits while the reader is slow, so that a long list does not pile up in memory. */
export async function writeOut(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** A remark for the person, on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
