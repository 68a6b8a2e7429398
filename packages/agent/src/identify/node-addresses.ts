/**
 * Addresses of the node's own interfaces: its bridges' too, from which a kubelet probes pods and which no Node object names. An
 * agent in a pod has an interface of its own only, but may read those of the host's first process where it sees that.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { formatAddress, parseAddress } from '@netguard/core';
import { hostPidsVisible } from './process-table.ts';

/** A routing table of the whole internet is far longer; what stands behind this is not known. */
const MOST_BYTES = 4 * 1_048_576;
/** With IPVS every address of a Service is one of the node's. */
const MOST_ADDRESSES = 16_384;

export function nodeAddresses(procRoot = '/proc'): string[] {
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const host = hostAddresses(procRoot);
  if (host.size === 0) return own;
  /* In the order of the interfaces, where these are the host's: the first is what the node is called by. */
  return [...new Set([...own.filter((ip) => host.has(ip)), ...host])].slice(0, MOST_ADDRESSES);
}

function hostAddresses(procRoot: string): ReadonlySet<string> {
  if (!hostPidsVisible(procRoot)) return new Set();
  const local = beginningOf(`${procRoot}/1/net/fib_trie`).matchAll(/\|-- ([\d.]+)\n +\/32 host LOCAL/g);
  const ipv6 = beginningOf(`${procRoot}/1/net/if_inet6`).matchAll(/^([0-9a-f]{32}) /gm);
  return new Set([...Array.from(local, ([, ip = '']) => ip), ...Array.from(ipv6, ([, digits = '']) => ipv6Of(digits))]);
}

function ipv6Of(digits: string): string {
  const bytes = parseAddress(digits.match(/.{4}/g)?.join(':') ?? '');
  return bytes === undefined ? '' : formatAddress(bytes, 0);
}

/** Empty where there is none, or none that may be read. */
function beginningOf(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const pieces: Buffer[] = [];
      for (let bytes = 0; bytes < MOST_BYTES; ) {
        const piece = Buffer.alloc(65_536);
        const read = readSync(handle, piece);
        if (read === 0) break;
        pieces.push(piece.subarray(0, read));
        bytes += read;
      }
      return Buffer.concat(pieces).toString('latin1');
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}
