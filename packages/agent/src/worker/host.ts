import { statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** Inode of the host's network namespace, by its init process; undefined where that is not to be seen. */
export function hostNetns(): number | undefined {
  try {
    return statSync('/proc/1/ns/net').ino;
  } catch {
    return undefined;
  }
}

/** Addresses of this machine's interfaces, as this network namespace shows them. */
export function nodeAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
