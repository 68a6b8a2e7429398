/** What a pod of the demo does, and what it must know for it: handed to the pod program as one JSON argument. */
export type PodSettings =
  | { readonly role: 'coredns'; readonly records: Readonly<Record<string, readonly string[]>> }
  | { readonly role: 'web' | 'api' | 'report' | 'shopper'; readonly dns: string }
  | { readonly role: 'postgres' | 'redis' }
  | CrowdSettings;

export interface CrowdSettings {
  readonly role: 'crowd';
  readonly target: string;
  readonly port: number;
  /** The addresses that the clients come from, in turn. */
  readonly from: readonly string[];
  /** New connections a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** What a crowd says at its end. */
export interface CrowdResult {
  /** Connections begun: one SYN each, retransmissions aside. */
  readonly connections: number;
  /** Those that were answered in full. */
  readonly completed: number;
  readonly failed: number;
}

/** Names under which the pods find each other: Kubernetes' cluster domain. */
export const clusterDomain = 'cluster.local';

export const ports = { dns: 53, web: 80, api: 8080, postgres: 5432, redis: 6379 } as const;
