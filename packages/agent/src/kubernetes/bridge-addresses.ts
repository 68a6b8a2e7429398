/**
 * Addresses that a node has among its own pods' (`spec.podCIDRs`): the first of a range is its bridge's, from which its kubelet
 * probes pods; the number of the range itself is what flannel sends from to pods of other nodes. No pod gets either.
 */
import { formatAddress, parseAddress } from '@netguard/core';

export function bridgeAddresses(podCidrs: readonly string[]): string[] {
  return podCidrs.flatMap((cidr) => {
    const [text = '', length = ''] = cidr.split('/');
    const bytes = parseAddress(text);
    const most = text.includes(':') ? 126 : 30;
    const last = bytes?.at(-1) ?? 1;
    if (bytes === undefined || !(Number(length) > 0 && Number(length) <= most) || last % 4 !== 0) return [];
    const first = Uint8Array.from(bytes);
    first[first.length - 1] = last + 1;
    return [formatAddress(bytes, 0), formatAddress(first, 0)];
  });
}
