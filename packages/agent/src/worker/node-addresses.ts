import { networkInterfaces } from 'node:os';

/** Addresses of this machine's interfaces, as this network namespace shows them. */
export function nodeAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
