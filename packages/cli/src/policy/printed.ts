import {
  ciliumPolicyManifest,
  connectionName,
  type DescribedManifest,
  describedNetworkPolicy,
  type GeneratedPolicy,
  type LeftOut,
  sightings,
} from '@netguard/core';
import { safeJson } from '../text/safe-json.ts';
import { policyLines, ruleLines } from './explanation.ts';
import { commentedYaml, commentText } from './policy-yaml.ts';

export type PolicyFormat = 'kubernetes' | 'cilium';

const HEAD = [
  'Made by netguard from what was seen. Read it, and try it, before it is applied.',
  'What comes from a pod’s own node (probes of the kubelet, pods in the network of that node), and what goes to it, is always allowed by Kubernetes and needs no rule; nor do answers to what is allowed.',
];
const CILIUM_HEAD = [
  'Made by netguard from what was seen. Read it, and try it, before it is applied. Answers to what is allowed need no rule.',
];

/** YAML of several documents, with comments. */
export function policiesYaml(policies: readonly GeneratedPolicy[], format: PolicyFormat, isWhole: boolean): string {
  const head = commentText(format === 'cilium' ? CILIUM_HEAD : HEAD).replace(/^/gm, '#');
  const documents = policies.map((policy) =>
    commentedYaml(described(policy, format), policyLines(policy, isWhole), (rule) => ruleLines(rule, isWhole)),
  );
  return `${head}\n${documents.map((text) => `---\n${text}`).join('')}`;
}

/** One List, as kubectl takes it; with `isWhole` where the rules come from in a field `netguard` of the list. */
export function policiesJson(
  policies: readonly GeneratedPolicy[],
  leftOut: readonly LeftOut[],
  format: PolicyFormat,
  isWhole: boolean,
): string {
  const items = policies.map((policy) => described(policy, format).manifest);
  const explained = isWhole
    ? { netguard: { policies: policies.map(explanationOf), leftOut: leftOut.map(leftOutView) } }
    : {};
  return `${safeJson({ apiVersion: 'v1', kind: 'List', items, ...explained }, 2)}\n`;
}

function described(policy: GeneratedPolicy, format: PolicyFormat): DescribedManifest {
  return format === 'cilium' ? ciliumPolicyManifest(policy) : describedNetworkPolicy(policy);
}

function explanationOf({ namespace, name, unit, notes, ingress, egress }: GeneratedPolicy): object {
  const rules = (list: GeneratedPolicy['ingress']) =>
    list?.map(({ notes: why, connections }) => ({
      notes: why,
      edges: connections.map((connection) => {
        const { firstMs, lastMs, ...sums } = sightings(connection.edges);
        return { edge: connectionName(connection), ...sums, firstSeen: time(firstMs), lastSeen: time(lastMs) };
      }),
    })) ?? null;
  return { namespace, name, workloads: unit.workloads, notes, ingress: rules(ingress), egress: rules(egress) };
}

function leftOutView({ firstMs, lastMs, ...entry }: LeftOut): object {
  return { ...entry, firstSeen: time(firstMs), lastSeen: time(lastMs) };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
