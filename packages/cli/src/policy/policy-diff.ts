/** What policies of files or of the cluster would become: a unified diff, policy by policy, whatever order their rules stand in. */
import {
  type LabelSelector,
  type NetworkPolicy,
  networkPolicyManifest,
  type PolicyPeer,
  type PolicyRule,
} from '@netguard/core';
import { createTwoFilesPatch } from 'diff';
import { safeText } from '../text/safe-text.ts';
import { manifestYaml } from './policy-yaml.ts';

export interface FilePolicy {
  /** Or `cluster`. */
  readonly file: string;
  readonly policy: NetworkPolicy;
}

export interface PolicyDiff {
  /** Empty when nothing would change. */
  readonly text: string;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Only in the files. */
  readonly removed: number;
}

const NOTHING = '/dev/null';

/** `isJudged`: namespaces in which a policy that only the files have is one too many. */
export function policyDiff(
  wanted: readonly NetworkPolicy[],
  existing: readonly FilePolicy[],
  isJudged: (namespace: string) => boolean,
): PolicyDiff {
  const rest = new Set(existing);
  const parts: string[] = [];
  const sums = { added: 0, changed: 0, unchanged: 0, removed: 0 };
  for (const policy of wanted) {
    const known = find(policy, rest);
    if (known !== undefined) rest.delete(known);
    const old = known && policyText(known.policy);
    const text = policyText(known === undefined ? policy : { ...policy, name: known.policy.name });
    const name = `${policy.namespace}/${known?.policy.name ?? policy.name}`;
    if (old === text) sums.unchanged++;
    else {
      sums[old === undefined ? 'added' : 'changed']++;
      parts.push(patch(known === undefined ? NOTHING : `${known.file} ${name}`, `generated ${name}`, old ?? '', text));
    }
  }
  for (const { file, policy } of rest) {
    if (!isJudged(policy.namespace) || onlyDenies(policy)) continue;
    sums.removed++;
    parts.push(patch(`${file} ${policy.namespace}/${policy.name}`, NOTHING, policyText(policy), ''));
  }
  return { text: parts.join(''), ...sums };
}

/** The one of the same name, else the first that selects the same pods. */
function find(policy: NetworkPolicy, among: ReadonlySet<FilePolicy>): FilePolicy | undefined {
  const here = [...among].filter((known) => known.policy.namespace === policy.namespace);
  const selector = JSON.stringify(orderedSelector(policy.podSelector));
  return (
    here.find((known) => known.policy.name === policy.name) ??
    here.find((known) => JSON.stringify(orderedSelector(known.policy.podSelector)) === selector)
  );
}

/** A default deny stands beside any other policy. */
function onlyDenies({ ingress, egress }: NetworkPolicy): boolean {
  return (ingress ?? []).length + (egress ?? []).length === 0;
}

function policyText(policy: NetworkPolicy): string {
  const rules = (list: readonly PolicyRule[] | null) => list?.map(orderedRule).sort(byJson) ?? null;
  return manifestYaml(
    networkPolicyManifest({
      ...policy,
      podSelector: orderedSelector(policy.podSelector),
      ingress: rules(policy.ingress),
      egress: rules(policy.egress),
    }),
  );
}

function orderedRule({ peers, ports }: PolicyRule): PolicyRule {
  return { peers: peers.map(orderedPeer).sort(byJson), ports: [...ports].sort(byJson) };
}

function orderedPeer(peer: PolicyPeer): PolicyPeer {
  if (peer.ipBlock !== undefined) return { ipBlock: { ...peer.ipBlock, except: [...peer.ipBlock.except].sort() } };
  const { namespaceSelector, podSelector } = peer;
  return {
    ...(namespaceSelector === undefined ? undefined : { namespaceSelector: orderedSelector(namespaceSelector) }),
    ...(podSelector === undefined ? undefined : { podSelector: orderedSelector(podSelector) }),
  };
}

function orderedSelector({ matchLabels, matchExpressions }: LabelSelector): LabelSelector {
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).sort(byJson)),
    matchExpressions: [...matchExpressions].sort(byJson),
  };
}

function byJson(a: unknown, b: unknown): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

function patch(from: string, to: string, old: string, text: string): string {
  const whole = createTwoFilesPatch(safeText(from), safeText(to), old, text, undefined, undefined, { context: 3 });
  return whole.replace(/^=+\n/, '');
}
