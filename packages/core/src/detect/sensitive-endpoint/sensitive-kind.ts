import type { Mitre } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { ClusterView } from '../context.ts';

export type SensitiveKind =
  | 'kube-apiserver'
  | 'kubelet'
  | 'etcd'
  | 'cloud-metadata'
  | 'container-runtime'
  | 'kubernetes-dashboard';

/** What an attacker gets there, and the technique it is known by. */
export const SENSITIVE: Readonly<
  Record<
    SensitiveKind,
    { readonly name: string; readonly gives: string; readonly mitre: Mitre; readonly advice: string }
  >
> = {
  'kube-apiserver': {
    name: 'the API server',
    gives: 'With a service account’s token it lists and changes what the account may.',
    mitre: { tactic: 'discovery', technique: 'T1613' },
    advice: 'If it needs no API, set automountServiceAccountToken: false and deny it egress to the API server.',
  },
  kubelet: {
    name: 'a kubelet',
    gives: 'A kubelet that allows it lists the pods of its node and runs commands in them.',
    mitre: { tactic: 'execution', technique: 'T1609' },
    advice:
      'Set authentication.anonymous.enabled: false and authorization.mode: Webhook on kubelets, and deny pods port 10250.',
  },
  etcd: {
    name: 'etcd',
    gives: 'etcd holds every secret of the cluster.',
    mitre: { tactic: 'credential-access', technique: 'T1552' },
    advice: 'Let etcd be reached by API servers only (firewall, client certificates).',
  },
  'cloud-metadata': {
    name: 'the cloud’s metadata service',
    gives: 'It hands out the node’s cloud credentials.',
    mitre: { tactic: 'credential-access', technique: 'T1552.005' },
    advice: 'Deny pods egress to 169.254.169.254/32 and use workload identity; on AWS set the IMDSv2 hop limit to 1.',
  },
  'container-runtime': {
    name: 'a container runtime’s socket',
    gives: 'Who may speak to the runtime is root on its node.',
    mitre: { tactic: 'privilege-escalation', technique: 'T1611' },
    advice: 'Do not let the runtime listen on TCP, or require client certificates (2376).',
  },
  'kubernetes-dashboard': {
    name: 'the Kubernetes dashboard',
    gives: 'It acts with the rights of its service account, or of who logs in.',
    mitre: { tactic: 'discovery', technique: 'T1613' },
    advice: 'Deny pods the dashboard, and give it no rights of its own.',
  },
};

const BY_PORT: ReadonlyMap<number, SensitiveKind> = new Map([
  [2375, 'container-runtime'],
  [2376, 'container-runtime'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [10_250, 'kubelet'],
  [10_255, 'kubelet'],
]);
const DASHBOARD = 'kubernetes-dashboard';

/** What a client of our own talks to there, if it is sensitive. */
export function sensitiveKind(remote: Endpoint, port: number, cluster: ClusterView): SensitiveKind | undefined {
  if (remote.kind === 'kube-apiserver' || cluster.isApiServer(remote)) return 'kube-apiserver';
  const byPort = BY_PORT.get(port);
  if (byPort !== undefined && isItsPlace(byPort, remote)) return byPort;
  if (cluster.isMetadata(remote.ip)) return 'cloud-metadata';
  return isDashboard(remote) ? 'kubernetes-dashboard' : undefined;
}

/** A port alone says little: a kubelet is on a node, and what is somewhere in the world is nobody's control plane. */
function isItsPlace(kind: SensitiveKind, { kind: place }: Endpoint): boolean {
  if (place === 'world') return false;
  return kind !== 'kubelet' || place === 'node' || place === 'private';
}

function isDashboard({ service, workload }: Endpoint): boolean {
  return service?.startsWith(DASHBOARD) === true || workload?.name.startsWith(DASHBOARD) === true;
}
