import { refuse } from '../problem.ts';

/** What the protocol word of a rule asks for. */
export interface RuleProtocol {
  readonly name: string;
  /** Undefined: either. */
  readonly transport?: 'TCP' | 'UDP';
  /** Names of protocols a conversation may speak; any of them. Undefined: whatever it speaks. */
  readonly application?: readonly string[];
  readonly family?: 4 | 6;
  /** Payload is looked at packet by packet, or joined, whatever the rule's keywords. */
  readonly payload?: 'packet' | 'stream';
}

const PROTOCOLS: Readonly<Record<string, Omit<RuleProtocol, 'name'>>> = {
  ip: {},
  any: {},
  ipv4: { family: 4 },
  ip4: { family: 4 },
  ipv6: { family: 6 },
  ip6: { family: 6 },
  tcp: { transport: 'TCP' },
  'tcp-pkt': { transport: 'TCP', payload: 'packet' },
  'tcp-stream': { transport: 'TCP', payload: 'stream' },
  udp: { transport: 'UDP' },
  http: { application: ['http', 'http2'] },
  http1: { application: ['http'] },
  http2: { application: ['http2'] },
  tls: { application: ['tls'] },
  ssl: { application: ['tls'] },
  dns: { application: ['dns'] },
  ssh: { application: ['ssh'] },
  smb: { application: ['smb'] },
  dcerpc: { application: ['dcerpc'] },
  quic: { application: ['quic'] },
  pgsql: { application: ['postgresql'] },
  vnc: { application: ['vnc'] },
  rfb: { application: ['vnc'] },
};

/** Protocols that are known by their first bytes, under the same name. */
const BY_NAME = 'smtp ftp irc telnet rdp ldap ntp snmp sip tftp mqtt rtsp redis mysql mongodb kafka stratum'.split(' ');

/** @throws RuleRefusal for a protocol whose payload no sample holds or that nobody tells from others. */
export function ruleProtocol(word: string): RuleProtocol {
  const name = word.toLowerCase();
  const known = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
  if (known !== undefined) return { name, ...known };
  if (BY_NAME.includes(name)) return { name, application: [name] };
  if (/^icmp|^sctp$/.test(name)) return refuse(name, 'samples are of TCP and UDP payload only', 0);
  return refuse(name.slice(0, 32), 'this protocol is not told from others', 0);
}
