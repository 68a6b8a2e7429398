/**
 * Who is who in a lab, in the shape of NetGuard's identity file (docs/reference/identity.md).
 */
export interface LabWorkload {
  readonly kind: string;
  readonly name: string;
}

export interface LabPodIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload?: LabWorkload;
  readonly labels: Readonly<Record<string, string>>;
  readonly ips: readonly string[];
  readonly node: string;
  readonly containers: readonly { readonly id: string; readonly name: string }[];
  readonly hostNetwork: false;
  readonly phase: 'Running';
  /** RFC 3339. */
  readonly startedAt: string;
}

export interface LabService {
  readonly namespace: string;
  readonly name: string;
  readonly ips: readonly string[];
  readonly ports: readonly {
    readonly port: number;
    readonly protocol: 'TCP' | 'UDP' | 'SCTP';
    readonly name?: string;
  }[];
}

export interface LabIdentities {
  readonly apiVersion: 'netguard/v1';
  readonly kind: 'Identities';
  readonly pods: readonly LabPodIdentity[];
  readonly services: readonly LabService[];
  readonly nodes: readonly { readonly name: string; readonly ips: readonly string[] }[];
}
