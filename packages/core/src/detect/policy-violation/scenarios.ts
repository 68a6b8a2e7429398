/** For tests only: traffic beside what a namespace's policies allow. */
import type { Endpoint } from '../../endpoint.ts';
import { AccessRules } from '../../policy/access-rules.ts';
import type { NetworkPolicy } from '../../policy/policies.ts';
import type { PodFacts, SubjectLookup } from '../../policy/subject.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorSet } from '../detector-set.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { pod, type SessionSpec, session } from '../session-observations.ts';

export const web = pod('10.244.1.5', 'shop', 'web');
export const database = pod('10.244.1.9', 'shop', 'db');
export const batch = pod('10.244.1.7', 'jobs', 'batch');
export const outside: Endpoint = { ip: '203.0.113.7', kind: 'world' };

/** Each pod is labelled `app` with its workload's name. */
export const lookup: SubjectLookup = {
  generation: 1,
  pod: ({ kind, namespace, pod: name, workload, ip }): PodFacts | undefined =>
    kind !== 'pod' || namespace === undefined || name === undefined || workload === undefined
      ? undefined
      : {
          name,
          namespace: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace }, isComplete: true },
          labels: { app: workload.name },
          ips: [ip],
          hostNetwork: false,
          workload,
          ports: [],
        },
  backends: () => undefined,
  services: () => [],
  isOwnNode: (ip) => ip === '192.168.0.11',
};

/** The database of the shop may be reached by its web pods at 5432; nothing else of the shop is selected. */
export const onlyWeb: NetworkPolicy = {
  namespace: 'shop',
  name: 'only-web',
  podSelector: { matchLabels: { app: 'db' }, matchExpressions: [] },
  ingress: [
    {
      peers: [{ podSelector: { matchLabels: { app: 'web' }, matchExpressions: [] } }],
      ports: [{ protocol: 'TCP', port: 5432 }],
    },
  ],
  egress: null,
};

/** Nobody may reach the pods of `strangers`. */
const noStrangers: NetworkPolicy = {
  ...onlyWeb,
  namespace: 'strangers',
  name: 'deny',
  podSelector: { matchLabels: {}, matchExpressions: [] },
  ingress: [],
};

export function judge(policies: readonly NetworkPolicy[] = [onlyWeb]): AccessRules {
  const rules = new AccessRules(lookup);
  rules.setPolicies({ networkPolicies: policies, accessPolicies: [] });
  return rules;
}

export function context(): Partial<DetectorContext> {
  return { access: judge([onlyWeb, noStrangers]) };
}

/** A connection a second, as the server's end tells of it. */
export function connections(count: number, spec: Partial<SessionSpec>, fromMs = START_MS): Seen[] {
  return Array.from({ length: count }, (_, nth) =>
    session(fromMs + (nth + 1) * 1000, {
      client: batch,
      server: database,
      port: 5432,
      clientBytes: 300,
      serverBytes: 4000,
      ...spec,
    }),
  );
}

const scenario =
  (seen: () => Seen[]): Scenario =>
  (set: DetectorSet) =>
    play(set, seen(), START_MS + 120_000);

export const attack: Scenario = scenario(() => connections(20, {}));
/** As many connections, by whom the policy names; and by the kubelet of the own node. */
export const benign: Scenario = scenario(() => [
  ...connections(20, { client: web }),
  ...connections(20, { client: { ip: '192.168.0.11', kind: 'node' } }, START_MS + 20_000),
]);

export function strangers(index: number, timeMs: number): Seen[] {
  const server = pod(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, 'strangers', `app-${index}`);
  return [session(timeMs, { client: batch, server, port: 80, clientBytes: 10, serverBytes: 10 })];
}
