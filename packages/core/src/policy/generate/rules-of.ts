/** The rules of one policy and direction, from the connections that it is to allow. */
import { Cidr } from '../../cidr.ts';
import type { AccessDirection } from '../access.ts';
import type { IpBlock, PolicyPort } from '../policies.ts';
import { addressBlocks, type BlockLimits, internet } from './address-blocks.ts';
import type { PolicyConnection, PolicyParty } from './connection.ts';
import { type DnsServers, dnsRule, dnsServerRule, isDns } from './dns-peers.ts';
import type { GeneratedRule } from './generated.ts';
import { podPeer } from './pod-peer.ts';
import type { PodUnit } from './pod-units.ts';

export interface RuleSettings {
  readonly dns: DnsServers;
  readonly limits: BlockLimits;
  /** Addresses (ranges of one) that no range may hold: those an alert is about. */
  readonly except: readonly string[];
  /** It talks to ever new addresses outside: those that were seen say nothing of the next. */
  readonly isDiverse: boolean;
}

const LAST_PORT = 65_535;
const FIRST_HIGH_PORT = 32_768;

/** Connections of the unit in that direction; those with its own node need no rule. */
export function rulesOf(
  unit: PodUnit,
  direction: AccessDirection,
  connections: readonly PolicyConnection[],
  settings: RuleSettings,
): GeneratedRule[] {
  const isIngress = direction === 'ingress';
  const ownPorts = isIngress ? settings.dns.ports.get(unit) : undefined;
  const isOfDns = (connection: PolicyConnection): boolean =>
    isIngress
      ? sourceOf(connection).kind === 'pods' && ownPorts?.has(Number(connection.port)) === true
      : isDns(settings.dns, connection);
  const [dns, rest] = [connections.filter(isOfDns), connections.filter((one) => !isOfDns(one))];
  const first = isIngress ? ownPorts && dnsServerRule(ownPorts, dns) : dnsRule(settings.dns, dns);
  const peerOf = isIngress ? sourceOf : destinationOf;
  return [
    ...(first === undefined ? [] : [first]),
    ...podRules(rest, peerOf),
    ...apiServerRules(rest, peerOf),
    ...nodeRules(rest, peerOf),
    ...outsideRules(rest, peerOf, settings, isIngress),
  ];
}

type PeerOf = (connection: PolicyConnection) => PolicyParty;
const sourceOf: PeerOf = ({ source }) => source;
const destinationOf: PeerOf = ({ destination }) => destination;

/** Peers with the same ports share a rule. */
function podRules(connections: readonly PolicyConnection[], peerOf: PeerOf): GeneratedRule[] {
  const byUnit = new Map<PodUnit, PolicyConnection[]>();
  for (const connection of connections) {
    const peer = peerOf(connection);
    if (peer.kind !== 'pods') continue;
    const known = byUnit.get(peer.unit);
    if (known === undefined) byUnit.set(peer.unit, [connection]);
    else known.push(connection);
  }
  const byPorts = Map.groupBy([...byUnit].sort(byId), ([, list]) => JSON.stringify(portsOf(list)));
  return [...byPorts.values()].map((members): GeneratedRule => {
    const list = members.flatMap(([, own]) => own);
    const shared = members.map(([unit]) => unit).filter(({ workloads }) => workloads.length > 1);
    return {
      subject: 'pods',
      peers: members.map(([{ namespace, selector }]) => podPeer(namespace, selector)),
      ports: portsOf(list),
      notes: [
        ...shared.map(({ workloads }) => `${workloads.join(' and ')} have the same labels: they are one to a policy.`),
        ...highNotes(list),
      ],
      connections: list,
    };
  });
}

function byId([a]: [PodUnit, unknown], [b]: [PodUnit, unknown]): number {
  return a.id < b.id ? -1 : 1;
}

function apiServerRules(connections: readonly PolicyConnection[], peerOf: PeerOf): GeneratedRule[] {
  const list = connections.filter((connection) => peerOf(connection).kind === 'api-server');
  if (list.length === 0) return [];
  return [
    {
      subject: 'api-server',
      peers: hostBlocks(list.map(peerOf)),
      ports: portsOf(list),
      notes: ['The API server: a NetworkPolicy can name it by address only. Generate again when its addresses change.'],
      connections: list,
    },
  ];
}

function nodeRules(connections: readonly PolicyConnection[], peerOf: PeerOf): GeneratedRule[] {
  const list = connections.filter((connection) => peerOf(connection).kind === 'node');
  const byPorts = Map.groupBy(list, (connection) => JSON.stringify(portsOf([connection])));
  return [...byPorts.values()].map((own): GeneratedRule => {
    const names = [...new Set(own.map(peerOf).flatMap((peer) => (peer.kind === 'node' ? [peer.name] : [])))].sort();
    return {
      subject: 'node',
      peers: hostBlocks(own.map(peerOf)),
      ports: portsOf(own),
      notes: [
        `Other nodes (${names.join(', ')}): by address, as nodes have no labels here. What comes through a node port or a load balancer may show their addresses too.`,
        ...highNotes(own),
      ],
      connections: own,
    };
  });
}

function outsideRules(
  connections: readonly PolicyConnection[],
  peerOf: PeerOf,
  { limits, except, isDiverse }: RuleSettings,
  isIngress: boolean,
): GeneratedRule[] {
  const outside = connections.flatMap((connection) => {
    const peer = peerOf(connection);
    return peer.kind === 'outside' ? [{ connection, peer }] : [];
  });
  const byPort = Map.groupBy(
    outside,
    ({ connection, peer }) => `${peer.isWorld} ${connection.protocol} ${connection.port}`,
  );
  const rules = [...byPort]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]): GeneratedRule => {
      const list = members.map(({ connection }) => connection);
      const isWorld = members[0]?.peer.isWorld === true;
      const cidrs = members.map(({ peer }) => peer.cidr);
      const { blocks, note } =
        isDiverse && isWorld && !isIngress
          ? { blocks: families(cidrs).map(internet), note: 'it talks to ever new addresses on the internet' }
          : addressBlocks(cidrs, isWorld, limits);
      return {
        subject: 'outside',
        peers: blocks.map((block) => ({ ipBlock: withExcept(block, except) })),
        ports: portsOf(list),
        notes: [
          ...(note === undefined ? [] : [`Wider than what was seen: ${note}.`]),
          ...(cidrs.some(isNetwork) && note === undefined
            ? ['Of addresses outside that were seen before the last start only the network is remembered.']
            : []),
          ...highNotes(list),
        ],
        connections: list,
      };
    });
  const byPeers = Map.groupBy(rules, ({ peers, notes }) => JSON.stringify([peers, notes]));
  return [...byPeers.values()].map((same): GeneratedRule => {
    const list = same.flatMap((rule) => rule.connections);
    return { ...(same[0] as GeneratedRule), ports: portsOf(list), connections: list };
  });
}

function families(cidrs: readonly string[]): (4 | 6)[] {
  return ([4, 6] as const).filter((family) => cidrs.some((text) => Cidr.parse(text)?.family === family));
}

function isNetwork(text: string): boolean {
  const cidr = Cidr.parse(text);
  return cidr !== undefined && cidr.prefix !== 0 && cidr.prefix < (cidr.family === 4 ? 32 : 128);
}

/** A range without the addresses it must not hold. */
function withExcept(block: IpBlock, except: readonly string[]): IpBlock {
  const range = Cidr.parse(block.cidr);
  const inside = except.filter(
    (text) => text !== block.cidr && range?.contains(text.split('/')[0] ?? '') && !block.except.includes(text),
  );
  return inside.length === 0 ? block : { cidr: block.cidr, except: [...block.except, ...inside].sort() };
}

function hostBlocks(peers: readonly PolicyParty[]): { ipBlock: IpBlock }[] {
  const ips = new Set(peers.flatMap((peer) => ('ips' in peer ? peer.ips : [])));
  return [...ips].sort().map((ip) => ({ ipBlock: { cidr: `${ip}/${ip.includes(':') ? 128 : 32}`, except: [] } }));
}

function portsOf(connections: readonly PolicyConnection[]): PolicyPort[] {
  const ports = new Map<string, PolicyPort>();
  for (const { port, protocol } of connections) {
    ports.set(
      `${protocol} ${port}`,
      port === 'high' ? { protocol, port: FIRST_HIGH_PORT, endPort: LAST_PORT } : { protocol, port },
    );
  }
  return [...ports.values()].sort(
    (a, b) => Number(a.port) - Number(b.port) || (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0),
  );
}

function highNotes(connections: readonly PolicyConnection[]): string[] {
  return connections.some(({ port }) => port === 'high')
    ? ['Ports from 32768 on are remembered as one: which of them it was is not known any more.']
    : [];
}
