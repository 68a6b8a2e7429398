/** Whether policies do what they were made for, by the same judge that tells violations. */
import type { Endpoint } from '../../endpoint.ts';
import { NetGuardError } from '../../error.ts';
import type { AccessProtocol } from '../access.ts';
import { AccessRules } from '../access-rules.ts';
import { AddressBlock } from '../match.ts';
import type { NetworkPolicy } from '../policies.ts';
import type { SubjectLookup } from '../subject.ts';
import { connectionName, type PolicyConnection, type PolicyParty } from './connection.ts';
import type { PolicyScene } from './generate-policies.ts';
import type { GeneratedPolicy, GeneratedRule } from './generated.ts';
import { type PodUnit, podEndpointOf } from './pod-units.ts';

export interface Verification {
  /** Connections that were asked for, each between up to three pods of either end. */
  readonly allowed: number;
  /** Connections that nobody asked for: strangers, other ports, addresses outside. */
  readonly denied: number;
}

const PODS = 3;
const STRANGERS = 5;
const NAMED_FAILURES = 10;
/** Documentation addresses (RFC 5737): nobody's. */
const NOBODY: Endpoint = { ip: '192.0.2.1', kind: 'world' };

/**
 * Judges `read`, the policies as they were read back from what is to be printed: every connection that a rule of `generated` comes
 * from must be allowed, and a sample of others must not.
 * @throws NetGuardError NG_ERR_POLICY_VERIFY
 */
export function verifyPolicies(
  read: readonly NetworkPolicy[],
  generated: readonly GeneratedPolicy[],
  { inputs: { lookup }, units }: PolicyScene,
): Verification {
  const failures: string[] = [];
  const judge = new AccessRules(lookup);
  judge.setPolicies({ networkPolicies: read, accessPolicies: [] });
  const isDenied = (from: Endpoint, to: Endpoint, port: number, protocol: AccessProtocol): boolean =>
    judge.denial(from, to, port, protocol) !== undefined;

  const connections = new Set(generated.flatMap(rulesIn).flatMap((rule) => rule.connections));
  for (const connection of connections) {
    for (const { from, to, port } of trials(connection)) {
      const isEvery = connection.source.kind === 'pods' && connection.destination.kind === 'pods';
      const ends = from.flatMap((source) => to.map((target) => ({ source, target })));
      const apart = ends.filter(({ source, target }) => source.pod === undefined || source.pod !== target.pod);
      const denials = apart.filter(({ source, target }) => isDenied(source, target, port, connection.protocol));
      /* Of a range outside, what an alert named may be left out. */
      if (apart.length > 0 && (isEvery ? denials.length > 0 : denials.length === apart.length)) {
        failures.push(`not allowed: ${connectionName(connection)}`);
        break;
      }
    }
  }

  let denied = 0;
  for (const policy of generated) {
    for (const { from, to, port } of strangers(policy, units, lookup)) {
      denied++;
      if (!isDenied(from, to, port, 'TCP')) failures.push(`allowed: ${from.ip} → ${to.ip} TCP ${port}`);
    }
  }
  if (failures.length > 0) throw unverified(failures);
  return { allowed: connections.size, denied };
}

function unverified(failures: readonly string[]): NetGuardError {
  return new NetGuardError('NG_ERR_POLICY_VERIFY', 'checking the policies before they are printed', {
    cause: new Error(`${failures.length} connections are judged otherwise than meant, first ${failures[0]}`),
    hint: 'This is a mistake in NetGuard: nothing was printed. Please report it with what NETGUARD_DEBUG=1 adds.',
    detail: failures.slice(0, NAMED_FAILURES).join('\n'),
  });
}

function rulesIn({ ingress, egress }: GeneratedPolicy): readonly GeneratedRule[] {
  return [...(ingress ?? []), ...(egress ?? [])];
}

interface Trial {
  readonly from: readonly Endpoint[];
  readonly to: readonly Endpoint[];
  readonly port: number;
}

function trials({ source, destination, port }: PolicyConnection): Trial[] {
  const ports = port === 'high' ? [32_768, 40_000, 65_535] : [port];
  return ports.map((one) => ({ from: endpointsOf(source), to: endpointsOf(destination), port: one }));
}

function endpointsOf(party: PolicyParty): Endpoint[] {
  switch (party.kind) {
    case 'pods':
      return party.unit.pods.slice(0, PODS).map(podEndpointOf);
    case 'outside':
      return samplesOf(party.cidr, party.isWorld).map((ip) => ({ ip, kind: party.isWorld ? 'world' : 'private' }));
    case 'node':
    case 'api-server':
      return party.ips.map((ip) => ({ ip, kind: 'private' }));
    case 'own-node':
      return [];
  }
}

function samplesOf(cidr: string, isWorld: boolean): string[] {
  const [ip = '', prefix = ''] = cidr.split('/');
  if (prefix === '0')
    return ip === '::' ? [isWorld ? '2001:db8::1' : 'fd00::1'] : [isWorld ? '203.0.113.1' : '10.0.0.1'];
  const next = ip.endsWith('.0') ? [`${ip.slice(0, -1)}1`, `${ip.slice(0, -1)}2`] : ip.endsWith('::') ? [`${ip}1`] : [];
  return [ip, ...next];
}

/** Connections that nobody asked for, as far as it is sure that nothing else allows them. */
function* strangers(
  { unit, ingress, egress }: GeneratedPolicy,
  units: readonly PodUnit[],
  lookup: SubjectLookup,
): Generator<{ from: Endpoint; to: Endpoint; port: number }> {
  const [pod] = unit.pods;
  if (pod === undefined) return;
  const own = podEndpointOf(pod);
  for (const [direction, rules] of [
    ['ingress', ingress],
    ['egress', egress],
  ] as const) {
    if (rules === null) continue;
    const towards = (other: Endpoint, port: number) =>
      direction === 'ingress' ? { from: other, to: own, port } : { from: own, to: other, port };
    const free = freePort(rules);
    /* A port that is open to others: it must not be to a stranger. DNS is to all. */
    const [port = free] = portsIn(rules);
    if (!lookup.isOwnNode(NOBODY.ip)) yield towards(NOBODY, free);
    const met = peersIn(rules, direction);
    const blocks = rules.flatMap(({ peers }) =>
      peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [new AddressBlock(ipBlock)])),
    );
    let left = STRANGERS;
    for (const other of units) {
      const [stranger] = other.pods;
      if (left === 0 || stranger === undefined || other === unit || other.isHostNetwork) continue;
      if (stranger.ips.some((ip) => blocks.some((block) => block.contains(ip)))) continue;
      left--;
      yield towards(podEndpointOf(stranger), met.has(other) ? free : port);
    }
  }
}

function peersIn(rules: readonly GeneratedRule[], direction: 'ingress' | 'egress'): Set<PodUnit> {
  const parties = rules.flatMap(({ connections }) =>
    connections.map(({ source, destination }) => (direction === 'ingress' ? source : destination)),
  );
  return new Set(parties.flatMap((party) => (party.kind === 'pods' ? [party.unit] : [])));
}

/** TCP ports that rules other than that for DNS name, and that one does not. */
function portsIn(rules: readonly GeneratedRule[]): number[] {
  const numbers = (list: readonly GeneratedRule[]): number[] =>
    list.flatMap(({ ports }) => ports.flatMap(({ port }) => (typeof port === 'number' ? [port] : [])));
  const dns = new Set(numbers(rules.filter(({ subject }) => subject === 'dns')));
  return numbers(rules.filter(({ subject }) => subject !== 'dns')).filter((port) => !dns.has(port));
}

/** The lowest port that no rule names. */
function freePort(rules: readonly GeneratedRule[]): number {
  const named = new Set(rules.flatMap(({ ports }) => ports.map(({ port }) => port)));
  let port = 1;
  while (named.has(port)) port++;
  return port;
}
