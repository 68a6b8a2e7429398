import { networkInterfaces } from 'node:os';
import type { Config } from '../config/schema.ts';
import { type CgroupMount, findCgroupMount, walkCgroups } from './cgroup-tree.ts';
import { IdentityTable } from './identity-table.ts';
import { hostNetworkNamespace } from './process-table.ts';

export interface OpenedIdentityTable {
  readonly table: IdentityTable;
  readonly mount: CgroupMount;
}

/**
 * The identity table of this host, as configured, with its cgroups not yet read: attach the mkdir and rmdir programs,
 * then call `walkCgroups`, so that none is missed. Throws NG_ERR_CGROUP_MOUNT.
 */
export function openIdentityTable(config: Config): OpenedIdentityTable {
  const mount = findCgroupMount(config.sources.ebpf.cgroupRoot);
  const table = new IdentityTable({
    nodeName: config.node,
    nodeAddresses: interfaceAddresses(),
    subnets: config.identity.subnets,
    clusterCidrs: config.identity.clusterCidrs,
    apiServers: config.identity.apiServers,
    hostNetns: hostNetworkNamespace(),
    walk: () => walkCgroups(mount),
  });
  return { table, mount };
}

/** Addresses of this machine's interfaces but loopback, the first one IPv4 where there is one. */
export function interfaceAddresses(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((address) => !address.internal && !address.address.startsWith('fe80:'));
  return addresses.sort((a, b) => a.family.localeCompare(b.family)).map((address) => address.address);
}
