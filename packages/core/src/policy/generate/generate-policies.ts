/**
 * Least-privilege NetworkPolicies from what was seen: one for each workload, which allows what it did and nothing else. The
 * rules for what counts as ordinary are in `admit.ts`, those for selectors in `stable-selector.ts`.
 */
import type { Alert } from '../../alert/alert.ts';
import { admit, isAttack, leftOutEdges } from './admit.ts';
import { type AlertCause, causeOf, outsideOf } from './alert-cause.ts';
import type { PolicyConnection } from './connection.ts';
import { connectionsOf, type ResolvedEdges } from './connections-of.ts';
import { type DnsServers, dnsServers } from './dns-peers.ts';
import { EdgeResolver } from './edge-resolver.ts';
import type { GeneratedPolicies, GeneratedPolicy, LeftOut, PolicyOptions } from './generated.ts';
import type { PolicyInputs } from './observed-edge.ts';
import { type PodUnit, podUnits } from './pod-units.ts';
import { policyNames } from './policy-names.ts';
import { type RuleSettings, rulesOf } from './rules-of.ts';

/** A policy that is wrong there takes down more than its workload. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** What was seen, brought into the words of policies: where `generatePolicies` and `policyAgainst` begin. */
export interface PolicyScene {
  readonly inputs: PolicyInputs;
  readonly units: readonly PodUnit[];
  readonly resolver: EdgeResolver;
  readonly resolved: ResolvedEdges;
  readonly dns: DnsServers;
  readonly names: ReadonlyMap<PodUnit, string>;
  /** Units whose own end was seen: of others only what they have to do with these is known. */
  readonly watched: ReadonlySet<PodUnit>;
}

export function policyScene(inputs: PolicyInputs): PolicyScene {
  const units = podUnits(inputs.pods);
  const resolver = new EdgeResolver(inputs, units);
  const resolved = connectionsOf(inputs, resolver);
  const dns = dnsServers(inputs, units, resolver, resolved.connections);
  return { inputs, units, resolver, resolved, dns, names: policyNames(units), watched: watchedUnits(inputs, resolver) };
}

export function generatePolicies(
  scene: PolicyScene,
  alerts: readonly Alert[],
  options: PolicyOptions,
): GeneratedPolicies {
  const { units, resolver, resolved, dns } = scene;
  const causes = options.includeAlerted ? [] : alerts.filter(isAttack).map((alert) => causeOf(alert, resolver));
  const { admitted, leftOut } = admit(resolved.connections, causes, dns, options);
  const all = [...leftOut, ...leftOutEdges(resolved.lost)];
  const remarks: string[] = [];
  const policies: GeneratedPolicy[] = [];
  for (const unit of units) {
    if (!isWanted(unit, options.namespace)) continue;
    const why = whyNone(unit, scene, admitted);
    if (why === undefined) policies.push(policyOf(unit, scene, admitted, all, causes, options));
    else remarks.push(`No policy for ${unit.workloads.join(' and ')}: ${why}.`);
  }
  policies.sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
  return { policies, leftOut: all, remarks };
}

function isWanted({ namespace }: PodUnit, wanted: string | undefined): boolean {
  return wanted === undefined ? !SYSTEM.has(namespace) : namespace === wanted;
}

/** Why no policy can be made for it; undefined when one can. */
function whyNone(unit: PodUnit, { watched }: PolicyScene, admitted: readonly PolicyConnection[]): string | undefined {
  if (unit.isHostNetwork) return 'NetworkPolicies do not hold for pods in the network of their node';
  const isSeen = admitted.some((connection) => touches(connection, unit));
  if (!isSeen) return 'it was not seen to talk to anybody';
  return watched.has(unit) ? undefined : 'its pods run on other nodes, whose agents saw what they do';
}

function watchedUnits({ edges }: PolicyInputs, resolver: EdgeResolver): Set<PodUnit> {
  const watched = new Set<PodUnit>();
  for (const { source, destination, seenBy } of edges) {
    const own = seenBy.endsWith('client') ? source : destination;
    const unit = own.kind === 'workload' ? resolver.unitOf(own.key) : undefined;
    if (unit !== undefined) watched.add(unit);
  }
  return watched;
}

function touches({ source, destination }: PolicyConnection, unit: PodUnit): boolean {
  return [source, destination].some((party) => party.kind === 'pods' && party.unit === unit);
}

function policyOf(
  unit: PodUnit,
  scene: PolicyScene,
  admitted: readonly PolicyConnection[],
  leftOut: readonly LeftOut[],
  causes: readonly AlertCause[],
  { limits }: PolicyOptions,
): GeneratedPolicy {
  const settings = ruleSettings(unit, scene, limits, causes.flatMap(outsideOf));
  return {
    namespace: unit.namespace,
    name: scene.names.get(unit) ?? '',
    unit,
    ingress: rulesOf(unit, 'ingress', into(unit, admitted), settings),
    egress: rulesOf(unit, 'egress', outOf(unit, admitted), settings),
    notes: notesOf(unit, scene),
    leftOut: leftOut.filter(({ workloads }) => workloads.some((workload) => unit.workloads.includes(workload))),
  };
}

export function ruleSettings(
  unit: PodUnit,
  { inputs, dns }: PolicyScene,
  limits: PolicyOptions['limits'],
  except: readonly string[],
): RuleSettings {
  const isDiverse = unit.workloads.some((workload) => inputs.learning.get(workload)?.isDiverse === true);
  return { dns, limits, except, isDiverse };
}

export function into(unit: PodUnit, connections: readonly PolicyConnection[]): PolicyConnection[] {
  return connections.filter(({ destination }) => destination.kind === 'pods' && destination.unit === unit);
}

export function outOf(unit: PodUnit, connections: readonly PolicyConnection[]): PolicyConnection[] {
  return connections.filter(({ source }) => source.kind === 'pods' && source.unit === unit);
}

/** How well the workload is known, and what its selector is about. */
export function notesOf(unit: PodUnit, { inputs }: PolicyScene): string[] {
  const notes: string[] = [];
  if (unit.workloads.length > 1) {
    notes.push(`${unit.workloads.join(' and ')} have the same labels: one policy holds for all of them.`);
  }
  if (Object.keys(unit.selector.matchLabels).length + unit.selector.matchExpressions.length === 0) {
    notes.push('Its pods have no labels that last: the policy holds for every pod of the namespace. Label them.');
  }
  const elsewhere = unit.pods.filter(({ node }) => node !== inputs.node).length;
  if (elsewhere > 0 && elsewhere < unit.pods.length) {
    notes.push(`${elsewhere} of its ${unit.pods.length} pods run on other nodes: what only they do is not in it.`);
  }
  for (const workload of unit.workloads) {
    const known = inputs.learning.get(workload);
    if (known === undefined) notes.push(`Nothing is learned of ${workload} yet: what it does seldom is missing.`);
    else if (known.progress < 1) {
      const percent = Math.floor(known.progress * 100);
      notes.push(`${workload} is learned to ${percent} % only: what it does seldom is missing.`);
    }
  }
  return notes;
}
