import type { NodeIdentity } from '../identify/identity-file.ts';
import { canonicalAddresses } from './canonical-addresses.ts';
import { objectName, type RawObject, record, records } from './raw-object.ts';

const MAX_ADDRESSES = 64;

export function nodeName(object: RawObject): string | undefined {
  return objectName(record(object.metadata).name);
}

/** Its name and its addresses, inner and outer; host names among them are left out. */
export function trimNode(object: RawObject): NodeIdentity | undefined {
  const name = nodeName(object);
  if (name === undefined) return undefined;
  const addresses = records(record(object.status).addresses, MAX_ADDRESSES).map(({ address }) => address);
  return { name, ips: canonicalAddresses(addresses, MAX_ADDRESSES) };
}
