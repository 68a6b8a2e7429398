import { lookup } from 'node:dns/promises';
import { isIP, isIPv4 } from 'node:net';
import { addressScope, formatAddress, parseAddress } from '@netguard/core';
import { lookupLane } from './lane.ts';
import { DeliveryError } from './sink.ts';

/** Cloud metadata services that are not link-local: EC2 and GCE over IPv6, Alibaba, Oracle. */
const METADATA = new Set(['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '192.0.0.192']);
const SCOPES: ReadonlySet<string> = new Set(['link-local', 'unspecified']);

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Whether nothing is to be sent there: credentials of the machine are answered for, or it is no place at all. */
export function isForbidden(address: string): boolean {
  // The zone (`fe80::1%eth0`) is no part of the address. 64:ff9b::/96 is IPv4 behind NAT64 (RFC 6052).
  const [plain = ''] = address.split('%');
  const bytes = parseAddress(plain);
  if (bytes === undefined) return true;
  const isNat64 = NAT64.every((byte, index) => bytes[index] === byte);
  const text = isNat64 ? bytes.subarray(12).join('.') : formatAddress(bytes, 0);
  return METADATA.has(text) || SCOPES.has(addressScope(text));
}

const NAT64 = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

/**
 * The addresses of a host that may be connected to; the connection is then made to these and no others, so a name that
 * means something else a moment later changes nothing. Throws NG_ERR_SINK_ADDRESS when there is none.
 */
export async function resolveAllowed(
  host: string,
  allowLinkLocal: boolean,
  signal: AbortSignal,
): Promise<ResolvedAddress[]> {
  const all = isIP(host) === 0 ? await resolveName(host, signal) : [literal(host)];
  const allowed = allowLinkLocal ? all : all.filter(({ address }) => !isForbidden(address));
  if (allowed.length > 0) return allowed;
  throw new DeliveryError('NG_ERR_SINK_ADDRESS', `connecting to ${host}`, {
    cause: `${all.map(({ address }) => address).join(', ')} is a link-local, metadata or unspecified address`,
    hint: 'Set allowLinkLocal: true for this sink if that is meant.',
  });
}

/** The name is looked up in turn; whoever has given up meanwhile takes no turn. */
async function resolveName(host: string, signal: AbortSignal): Promise<ResolvedAddress[]> {
  return lookupLane.run(async () => {
    signal.throwIfAborted();
    return lookup(host, { all: true });
  });
}

function literal(address: string): ResolvedAddress {
  return { address, family: isIPv4(address) ? 4 : 6 };
}
