/** For tests only: a small cluster of which everything is known, and all detectors in it, every one in mode `alert`. */
import assert from 'node:assert/strict';
import { compareSeverity } from '../alert/severity.ts';
import { pod, world } from '../contacts/simulated-contacts.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Learning } from '../learn/learning.ts';
import { LearningStore } from '../learn/learning-store.ts';
import { type ClusterView, detectorContext, unknownCluster } from './context.ts';
import { DetectorSet, type DetectorSettings } from './detector-set.ts';
import { detectors } from './registry.ts';
import { type Found, play, type Seen, START_MS } from './scenario.ts';

export const node: Endpoint = { ip: '192.168.0.11', kind: 'node' };
export const otherNode: Endpoint = { ip: '192.168.0.12', kind: 'node' };
export const loadBalancer = world('198.51.100.250');
export const resolver = pod('kube-system', 'coredns', '10.244.0.2');
export const apiServer: Endpoint = {
  ip: '10.96.0.1',
  kind: 'kube-apiserver',
  namespace: 'default',
  service: 'kubernetes',
};

/** What differs from a cluster in which nothing is declared and nothing is learned. */
export interface Known {
  /** `address:port`: declared, or a ready endpoint within the last ten minutes. */
  readonly declared?: readonly string[];
  readonly scale?: ClusterView['scale'];
  readonly learning?: Learning;
  readonly settings?: DetectorSettings;
}

/** All detectors of the registry, in mode `alert` unless `settings` say otherwise. */
export function everyDetector({ declared = [], scale, learning, settings = {} }: Known = {}): DetectorSet {
  const ports = new Set(declared);
  const cluster: ClusterView = {
    ...unknownCluster,
    isShared: ({ kind, ip }) => kind === 'node' || ip === loadBalancer.ip,
    isDeclared: (ip, port) => ports.has(`${ip}:${port}`),
    isOwnNode: (ip) => ip === node.ip,
    ...(scale === undefined ? undefined : { scale }),
  };
  const nameAddress = (ip: string): Endpoint => (/^10\./.test(ip) ? { ip, kind: 'private' } : world(ip));
  const alerting = Object.fromEntries(detectors.map(({ id }) => [id, { mode: 'alert' as const }]));
  return new DetectorSet({
    context: detectorContext({ nameAddress, cluster, ...(learning === undefined ? undefined : { learning }) }),
    settings: { ...alerting, ...settings },
  });
}

/** Plays it through all detectors, until half a minute after its end. */
export function told(seen: readonly Seen[], known: Known = {}, set: DetectorSet = everyDetector(known)): Found[] {
  const last = seen.at(-1)?.observation.timeMs ?? START_MS;
  const found = play(set, seen, last + 30_000);
  for (const { id, errors, lastError } of set.status()) assert.equal(errors, 0, `${id}: ${lastError}`);
  return found;
}

/** Each cause that was told as medium or above, once. */
export function grave(found: readonly Found[]): string[] {
  const lines = found
    .filter(({ finding }) => compareSeverity(finding.severity, 'medium') >= 0)
    .map(({ finding: { rule, severity, title } }) => `${severity} ${rule}: ${title}`);
  return [...new Set(lines)];
}

/** The rules that were told, whatever the severity. */
export function rulesOf(found: readonly Found[]): string[] {
  return [...new Set(found.map(({ finding }) => finding.rule))].sort();
}

/** A store in which a workload has learned after a minute. */
export function quickLearning(): LearningStore {
  return new LearningStore({ learningMs: 60_000, maxWorkloads: 1000 });
}
