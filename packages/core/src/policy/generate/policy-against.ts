/** The narrowest policy that would have stopped what an alert is about, or why there is none. */
import type { Alert } from '../../alert/alert.ts';
import { admit, leftOutEdges } from './admit.ts';
import { type AlertCause, causeOf, isCause, outsideOf } from './alert-cause.ts';
import { connectionName, type PolicyConnection, type PolicyParty, partyName, sightings } from './connection.ts';
import { into, notesOf, outOf, type PolicyScene, ruleSettings } from './generate-policies.ts';
import type { GeneratedPolicy, PolicyOptions } from './generated.ts';
import type { PodUnit } from './pod-units.ts';
import { rulesOf } from './rules-of.ts';

export type PolicyAgainst =
  | {
      readonly policy: GeneratedPolicy;
      readonly cause: AlertCause;
      /** What it costs, and what it leaves, one sentence each. */
      readonly remarks: readonly string[];
    }
  | { readonly policy?: never; readonly reason: string };

/** Into the target, where that is a workload of this node; else out of the source. All else that was seen stays allowed. */
export function policyAgainst(
  scene: PolicyScene,
  alert: Alert,
  options: Pick<PolicyOptions, 'includeRare' | 'limits'>,
): PolicyAgainst {
  const { resolver, resolved, dns } = scene;
  const cause = causeOf(alert, resolver);
  const reason = whyNot(cause, scene);
  if (reason !== undefined) return { reason };
  const side = sideOf(cause, scene);
  if (typeof side === 'string') return { reason: side };
  const { unit, direction } = side;
  const { admitted, leftOut } = admit(resolved.connections, [cause], dns, { ...options, includeAlerted: false });
  const settings = ruleSettings(unit, scene, options.limits, outsideOf(cause));
  const ours = direction === 'ingress' ? into(unit, admitted) : outOf(unit, admitted);
  const rules = rulesOf(unit, direction, ours, settings);
  const all = [...leftOut, ...leftOutEdges(resolved.lost)];
  const policy: GeneratedPolicy = {
    namespace: unit.namespace,
    name: scene.names.get(unit) ?? '',
    unit,
    ingress: direction === 'ingress' ? rules : null,
    egress: direction === 'egress' ? rules : null,
    notes: [`Against alert ${alert.id}: ${alert.title}.`, ...notesOf(unit, scene)],
    leftOut: all.filter(({ workloads }) => workloads.some((workload) => unit.workloads.includes(workload))),
  };
  const cut = resolved.connections.filter((connection) => isCause(cause, connection));
  return { policy, cause, remarks: remarksOf(alert, cause, cut, admitted) };
}

function whyNot({ sources, target, alert }: AlertCause, { inputs }: PolicyScene): string | undefined {
  if (target === undefined && sources.length === 0) return 'neither its source nor its target is known here';
  if (sources.some(({ kind }) => kind === 'own-node')) {
    return 'it comes from the node of the pod itself (or from a pod in the network of that node), which no NetworkPolicy keeps out';
  }
  const { source, target: to } = alert;
  if (source?.pod !== undefined && source.pod === to?.pod && source.namespace === to.namespace) {
    return 'source and target are the same pod, and no NetworkPolicy comes between a pod and itself';
  }
  const isSpoofed = sources.length === 0;
  const serves = target?.kind === 'pods' && inputs.edges.some((edge) => isFromInternet(edge, target.unit));
  if (isSpoofed && serves) {
    return 'its sources are spoofed or too many to name, and the target serves the internet: a NetworkPolicy cannot tell them from its clients';
  }
  return undefined;
}

function isFromInternet({ source, destination }: PolicyScene['inputs']['edges'][number], unit: PodUnit): boolean {
  if (source.kind !== 'outside' || !source.isWorld || destination.kind !== 'workload') return false;
  return source.cidr.endsWith('/0') && unit.workloads.includes(destination.key);
}

interface Side {
  readonly unit: PodUnit;
  readonly direction: 'ingress' | 'egress';
}

/** Which policy it takes, or why there is none. */
function sideOf({ sources, target }: AlertCause, { watched }: PolicyScene): Side | string {
  const isOurs = (party: PolicyParty | undefined): party is Extract<PolicyParty, { kind: 'pods' }> =>
    party?.kind === 'pods' && watched.has(party.unit);
  if (isOurs(target)) return { unit: target.unit, direction: 'ingress' };
  const [source] = sources;
  if (sources.length === 1 && isOurs(source)) return { unit: source.unit, direction: 'egress' };
  if ([target, ...sources].some((party) => party?.kind === 'pods')) {
    return 'its pods run on other nodes, whose agents saw what else they do: ask the agent there';
  }
  return 'neither end is a pod with a network of its own: NetworkPolicies do not hold for pods in the network of their node, and for nothing but pods';
}

function remarksOf(
  alert: Alert,
  { sources, target }: AlertCause,
  cut: readonly PolicyConnection[],
  admitted: readonly PolicyConnection[],
): string[] {
  const before = cut.filter(({ edges }) => sightings(edges).firstMs < Date.parse(alert.firstSeen) - 60_000);
  const between = admitted.filter(
    ({ source, destination }) =>
      target !== undefined &&
      partyName(destination) === partyName(target) &&
      sources.some((one) => partyName(one) === partyName(source)),
  );
  return [
    ...before.map((one) => `${connectionName(one)} was there before the alert: the policy stops that, too.`),
    ...between.map((one) => `${connectionName(one)} stays allowed: it was there before the alert.`),
    ...(sources.length === 0 ? ['Its sources are not known: only those clients stay allowed that were seen.'] : []),
  ];
}
