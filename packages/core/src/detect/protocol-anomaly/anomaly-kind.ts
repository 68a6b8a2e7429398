import type { ApplicationObservation } from '../../observation.ts';
import type { ApplicationFacts, UnknownFacts } from '../../payload/facts.ts';
import type { ConversationSides } from '../conversation-sides.ts';
import { expectedAt, isPortOfDns } from './fixed-ports.ts';
import { httpSigns } from './http-signs.ts';
import type { ProtocolAnomalyParameters } from './parameters.ts';

/** What is wrong in what a workload says to a port of somebody else. */
export interface AnomalyKind {
  readonly form: 'wrong-protocol' | 'unknown-protocol' | 'odd-port' | 'http-shape';
  /** `ssh`, `unknown`. */
  readonly protocol: string;
  /** What is spoken on that port, for `wrong-protocol` and `unknown-protocol`. */
  readonly expected: readonly string[];
  /** It says little by itself: told only outside of learning, and as low. */
  readonly isMild: boolean;
  readonly signs: readonly string[];
}

/** Records of TLS: change cipher spec to application data (RFC 8446, section 5.1), met in the middle of a connection. */
const FIRST_RECORD = 20;
const LAST_RECORD = 23;
const TLS_MAJOR = 3;
const HTTPS = 443;
/** Web servers get both on either port by mistake. */
const WEB = new Set(['http', 'http2', 'tls']);

/** Most is: DNS and TLS, where they belong. */
export function isInItsPlace({ role, transport, local, remote, facts: { protocol } }: ApplicationObservation): boolean {
  const { port } = role === 'server' ? local : remote;
  return (protocol === 'dns' && isPortOfDns(port)) || (protocol === 'tls' && port === HTTPS && transport === 'TCP');
}

export function anomalyKind(
  { transport, facts }: ApplicationObservation,
  { server: { port = 0, kind }, byClient }: ConversationSides,
  p: ProtocolAnomalyParameters,
): AnomalyKind | undefined {
  const protocol = facts.protocol === 'other' ? facts.name : facts.protocol;
  const expected = expectedAt(transport, port);
  // Who asks knows where: an answer from elsewhere may be a flood's, which pretends to be one.
  if (facts.protocol === 'dns' && !(byClient && facts.message === 'query')) return undefined;
  if (protocol === 'dns' && !isPortOfDns(port))
    return {
      form: expected ? 'wrong-protocol' : 'odd-port',
      protocol,
      expected: expected ?? [],
      isMild: false,
      signs: [],
    };
  if (expected !== undefined && !expected.includes(protocol))
    return wrongProtocol(protocol, facts, expected, transport, p);
  if (kind !== 'world' || facts.protocol !== 'http' || facts.message !== 'request') return undefined;
  const signs = httpSigns(facts, port);
  return signs.length < p.httpSigns
    ? undefined
    : { form: 'http-shape', protocol, expected: [], isMild: signs.length === p.httpSigns, signs };
}

function wrongProtocol(
  protocol: string,
  facts: ApplicationFacts,
  expected: readonly string[],
  transport: 'TCP' | 'UDP',
  p: ProtocolAnomalyParameters,
): AnomalyKind | undefined {
  if (facts.protocol !== 'unknown') {
    const isMild = WEB.has(protocol) && expected.some((name) => WEB.has(name));
    return { form: 'wrong-protocol', protocol, expected, isMild, signs: [] };
  }
  // Datagrams to 443 are DTLS, VPNs, games and what not.
  if (facts.bytes.length < p.unknownBytes || isInsideTls(facts) || (transport === 'UDP' && expected[0] === 'quic'))
    return undefined;
  return { form: 'unknown-protocol', protocol, expected, isMild: true, signs: [] };
}

function isInsideTls({ bytes }: UnknownFacts): boolean {
  const type = bytes[0] ?? 0;
  return type >= FIRST_RECORD && type <= LAST_RECORD && bytes[1] === TLS_MAJOR;
}
