import type { NodeIdentity } from '../identify/identity-file.ts';
import { bridgeAddresses } from './bridge-addresses.ts';
import { canonicalAddresses } from './canonical-addresses.ts';
import { objectName, type RawObject, record, records, text } from './raw-object.ts';

const MAX_ADDRESSES = 64;
/* One for each family of addresses. */
const MAX_POD_CIDRS = 4;

export function nodeName(object: RawObject): string | undefined {
  return objectName(record(object.metadata).name);
}

/** Its name and its addresses: inner and outer ones, and those among its pods'. Host names are left out. */
export function trimNode(object: RawObject): NodeIdentity | undefined {
  const name = nodeName(object);
  if (name === undefined) return undefined;
  const addresses = records(record(object.status).addresses, MAX_ADDRESSES).map(({ address }) => address);
  const { podCIDR, podCIDRs } = record(object.spec);
  const ranges = Array.isArray(podCIDRs) ? podCIDRs.slice(0, MAX_POD_CIDRS) : [podCIDR];
  const bridges = bridgeAddresses(ranges.flatMap((range) => text(range, 64) ?? []));
  return { name, ips: canonicalAddresses([...addresses, ...bridges], MAX_ADDRESSES) };
}
