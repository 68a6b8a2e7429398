import { formatAddress, parseAddress } from '@netguard/core';

/** As look-ups compare them, each once; what is no address is left out. */
export function canonicalAddresses(values: readonly unknown[], limit: number): string[] {
  const ips = new Set<string>();
  for (const value of values) {
    const bytes = typeof value === 'string' && value.length <= 64 ? parseAddress(value) : undefined;
    if (bytes !== undefined && ips.size < limit) ips.add(formatAddress(bytes, 0));
  }
  return [...ips];
}
