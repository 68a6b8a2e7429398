/** For tests only: first contacts with what is sensitive, and those of workloads that always had them. */
import type { Endpoint } from '../../endpoint.ts';
import { type Learning, nothingLearned } from '../../learn/learning.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorSet } from '../detector-set.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { pod, type SessionSpec, session } from '../session-observations.ts';

export const web = pod('10.244.1.5', 'shop', 'web');
export const operator = pod('10.244.1.8', 'kube-system', 'operator');
export const apiServer: Endpoint = {
  ip: '10.96.0.1',
  kind: 'kube-apiserver',
  namespace: 'default',
  service: 'kubernetes',
};
export const metadata: Endpoint = { ip: '169.254.169.254', kind: 'link-local' };

/** Everything is learned; `known` is what workloads always did (`shop/Deployment/web sensitive kube-apiserver`). */
export function learned(known: readonly string[] = [], more: Partial<Learning> = {}): Learning {
  const facts = new Set(known);
  return {
    ...nothingLearned,
    progress: () => 1,
    knows: (workload, fact) => facts.has(`${workload} ${fact}`),
    learn: (workload, fact) => void facts.add(`${workload} ${fact}`),
    ...more,
  };
}

export function context(): Partial<DetectorContext> {
  return { learning: learned(['kube-system/Deployment/operator sensitive kube-apiserver']) };
}

/** Connections every ten seconds, as the client's end tells of them. */
export function contacts(count: number, spec: Partial<SessionSpec>, fromMs = START_MS): Seen[] {
  return Array.from({ length: count }, (_, nth) =>
    session(fromMs + 1000 + nth * 10_000, {
      client: web,
      server: apiServer,
      port: 443,
      reporter: 'client',
      clientBytes: 900,
      serverBytes: 9000,
      ...spec,
    }),
  );
}

const scenario =
  (seen: () => Seen[]): Scenario =>
  (set: DetectorSet) =>
    play(set, seen(), START_MS + 120_000);

export const attack: Scenario = scenario(() => contacts(5, {}));
/** As many contacts of an operator, which always has them. */
export const benign: Scenario = scenario(() => contacts(5, { client: operator }));

export function strangers(index: number, timeMs: number): Seen[] {
  const client = pod(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, 'shop', `app-${index}`);
  return [session(timeMs, { client, server: apiServer, port: 443, reporter: 'client' })];
}
