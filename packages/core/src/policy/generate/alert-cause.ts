/** Which connections an alert is about. */
import type { Alert } from '../../alert/alert.ts';
import { Cidr } from '../../cidr.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { PolicyConnection, PolicyParty } from './connection.ts';
import { sightings } from './connection.ts';
import type { EdgeResolver } from './edge-resolver.ts';
import { endOf } from './policy-end.ts';

/** An edge that is older than the alert by more than this was there before its cause. */
const BEFORE_MS = 60_000;

export interface AlertCause {
  readonly alert: Alert;
  /** Empty: spoofed, or nobody knows. */
  readonly sources: readonly PolicyParty[];
  /** Undefined: nobody knows. */
  readonly target: PolicyParty | undefined;
  /** The target's, where it arrives; undefined: more than one. */
  readonly port: number | undefined;
}

export function causeOf(alert: Alert, resolver: EdgeResolver): AlertCause {
  const { source, sources, target } = alert;
  const top = (sources?.top ?? []).map(({ ip }): Endpoint => ({ ip, kind: 'world' }));
  const parties = (source === null ? top : [source]).flatMap((end) => resolver.source(endOf(end)) ?? []);
  const { party, port } = target === null ? {} : arrivalOf(target, resolver);
  return { alert, sources: parties, target: party, port };
}

/** Addresses outside that the alert names: those that a range that is allowed must not let in, or be reached by. */
export function outsideOf({ sources, target }: AlertCause): string[] {
  return [...sources, ...(target === undefined ? [] : [target])].flatMap((party) =>
    party.kind === 'outside' ? [party.cidr] : [],
  );
}

function arrivalOf(target: Endpoint, resolver: EdgeResolver): { party?: PolicyParty; port?: number } {
  const end = endOf(target);
  if (end.kind === 'service') {
    const asked = { destination: end, port: target.port ?? 0, protocol: 'TCP', seenBy: 'client' } as const;
    const [first] = resolver.destinations(asked);
    if (first === undefined) return {};
    const isPort = target.port !== undefined && first.port !== 'high';
    return { party: first.party, ...(isPort ? { port: first.port } : undefined) };
  }
  const party = resolver.source(end);
  return {
    ...(party === undefined ? undefined : { party }),
    ...(target.port === undefined ? undefined : { port: target.port }),
  };
}

/** Whether the connection is what the alert tells of. What these two did before, at ports it does not name, is not. */
export function isCause({ alert, sources, target, port }: AlertCause, connection: PolicyConnection): boolean {
  if (target === undefined || !isSame(target, connection.destination)) return false;
  if (!sources.some((source) => isSame(source, connection.source))) return false;
  if (port !== undefined) return port === connection.port;
  return sightings(connection.edges).firstMs >= Date.parse(alert.firstSeen) - BEFORE_MS;
}

/** A range as wide as a network of the learning store may be the address; one that is wider is many others too. */
function isSame(party: PolicyParty, seen: PolicyParty): boolean {
  if (party.kind === 'pods') return seen.kind === 'pods' && party.unit === seen.unit;
  if (party.kind !== 'outside') {
    return 'ips' in party && 'ips' in seen && party.ips.some((ip) => seen.ips.includes(ip));
  }
  const range = seen.kind === 'outside' ? Cidr.parse(seen.cidr) : undefined;
  if (range === undefined || range.prefix < (range.family === 4 ? 24 : 48)) return false;
  return range.contains(party.cidr.split('/')[0] ?? '');
}
