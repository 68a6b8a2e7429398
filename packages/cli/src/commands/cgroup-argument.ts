import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** Reads the directory of a cgroup from an option: absolute. An empty one is what a command gives that found none, not where we are. */
export function cgroupDirectory(text: string): string {
  if (text.trim() === '') {
    throw new InvalidArgumentError('It is empty: no cgroup v2 hierarchy was found. Is one mounted?');
  }
  return resolve(text);
}
