import type { ClusterView } from '../detect/context.ts';
import type { Who } from '../detect/detector.ts';
import { type Endpoint, workloadKey } from '../endpoint.ts';
import type { ApplicationObservation } from '../observation.ts';
import type { DnsFacts } from '../payload/facts.ts';
import { isBelow, QUIET_ZONES } from './zones.ts';

/** A DNS message between one that asks for itself and whom it asks. */
export interface DnsLeg {
  readonly facts: DnsFacts;
  readonly client: Endpoint;
  /** `workloadKey` of it. */
  readonly clientKey: string;
  /** As the client calls it, with its port. */
  readonly server: Endpoint;
  /** Of the first question: who sends more is answered by nobody. */
  readonly name: string;
  readonly type: number;
}

/** Multicast DNS: names of the link, which nobody registers (RFC 6762). */
const MDNS = 5353;
/** Standard query; everything else (NOTIFY, UPDATE) is between servers. */
const QUERY = 0;

/**
 * The message, if it is on the leg of a client that asks for itself; undefined else. A resolver asks for others, so what it
 * forwards is not its own; the other end of the same leg would count everything twice.
 */
export function dnsLeg(
  observation: ApplicationObservation,
  { local, remote }: Who,
  cluster: ClusterView,
): DnsLeg | undefined {
  const { facts, role, sent, remote: peer } = observation;
  if (facts.protocol !== 'dns' || facts.opcode !== QUERY || remote === null) return undefined;
  const isClient = role === 'client' || (role === 'unknown' && sent === (facts.message === 'query'));
  if (!isClient || peer.port === MDNS || cluster.isResolver(withoutPort(local))) return undefined;
  const question = facts.questions[0];
  if (question === undefined) return undefined;
  const { name, type } = question;
  if (isBelow(name, QUIET_ZONES) || (cluster.quietZones !== undefined && isBelow(name, cluster.quietZones)))
    return undefined;
  return {
    facts,
    client: local,
    clientKey: workloadKey(local),
    server: remote.port === peer.port ? remote : { ...remote, port: peer.port },
    name,
    type,
  };
}

/** Of an endpoint that asks, the port is by chance. */
function withoutPort(endpoint: Endpoint): Endpoint {
  if (endpoint.port === undefined) return endpoint;
  const { port: _port, ...rest } = endpoint;
  return rest;
}
