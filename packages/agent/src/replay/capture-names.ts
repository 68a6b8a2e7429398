import {
  AccessRules,
  type DetectorContext,
  detectorContext,
  type Endpoint,
  LearningStore,
  type Observation,
  type Policies,
  type Who,
} from '@netguard/core';
import { learningSettings } from '../config/learning-settings.ts';
import type { Config } from '../config/schema.ts';
import { AddressTable } from '../identify/address-table.ts';
import { ClusterTable } from '../identify/cluster-table.ts';
import type { IdentityFile } from '../identify/identity-file.ts';
import { IdentityStore } from '../identify/identity-store.ts';

const NOBODY: Endpoint = Object.freeze({ ip: '', kind: 'node' });

/**
 * Who stands at the ends of what a capture shows: by address alone, as there are no cgroups or namespaces. An address that
 * no identity claims is `private` or `world`.
 */
export class CaptureNames {
  readonly context: DetectorContext;
  readonly #addresses: AddressTable;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(config: Config, identities: IdentityFile | null, policies: Policies) {
    const options = { nodeName: '', nodeAddresses: [], ...config.identity };
    this.#addresses = new AddressTable(options);
    const cluster = new ClusterTable(options, (ip) => this.#addresses.isOwnNode(ip));
    // What the file says holds for the whole capture, but where a pod's start time says better.
    const known = new IdentityStore().replaceFile(identities);
    this.#addresses.apply(known, Number.NEGATIVE_INFINITY);
    cluster.apply(known, Number.NEGATIVE_INFINITY);
    const access = new AccessRules(cluster);
    access.setPolicies(policies);
    const nameAddress = (ip: string): Endpoint => this.#addresses.find(ip, 0, this.#nowMs);
    this.context = detectorContext({
      nameAddress,
      cluster,
      access,
      learning: new LearningStore(learningSettings(config)),
    });
  }

  who(observation: Observation): Who {
    const { timeMs } = observation;
    if (timeMs > this.#nowMs) this.#nowMs = timeMs;
    switch (observation.kind) {
      case 'connection':
      case 'datagrams':
      case 'payload':
      case 'application':
      case 'signature':
        return { local: this.#find(observation.local, timeMs), remote: this.#find(observation.remote, timeMs) };
      case 'listener':
        return { local: this.#find(observation.local, timeMs), remote: null };
      case 'syn-source':
        return {
          local: this.#find(observation.local, timeMs),
          remote: this.#addresses.find(observation.sourceIp, 0, timeMs),
        };
      case 'probe':
        return {
          local: this.#addresses.find(observation.targetIp, 0, timeMs),
          remote: this.#addresses.find(observation.sourceIp, 0, timeMs),
        };
      case 'denial':
        return { local: this.#find(observation.server, timeMs), remote: this.#find(observation.client, timeMs) };
      case 'datagram-total':
      case 'drop':
      case 'program':
      case 'loss':
        return { local: NOBODY, remote: null };
    }
  }

  #find({ ip, port }: { readonly ip: string; readonly port: number }, timeMs: number): Endpoint {
    return this.#addresses.find(ip, port, timeMs);
  }
}
