import type { Finding, Mitre } from '../../alert/alert.ts';
import { typeName } from '../../dns/record-types.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { Channel } from './channel.ts';
import type { TunnelForm, TunnelVerdict } from './judgement.ts';
import type { DnsTunnelParameters } from './parameters.ts';

/** DNS as command channel, protocol tunnelling, exfiltration over another protocol. */
export const DNS_TUNNEL_MITRE: readonly Mitre[] = [
  { tactic: 'command-and-control', technique: 'T1071.004' },
  { tactic: 'command-and-control', technique: 'T1572' },
  { tactic: 'exfiltration', technique: 'T1048.003' },
];

const MOST_DOMAINS = 8;
const EXAMPLE_LENGTH = 80;
const CONFIDENCE: Readonly<Record<TunnelForm, number>> = { raw: 0.95, 'rare-type': 0.9, 'two-way': 0.8, upstream: 0.6 };

/** `domains`: all that the workload tunnels through by the same server. Moves the reported count on. */
export function tunnelFinding(
  channel: Channel,
  verdict: TunnelVerdict,
  domains: readonly string[],
  p: DnsTunnelParameters,
): Finding {
  const { form, observed, threshold, unit, parameter } = verdict;
  const count = channel.unreported;
  channel.unreported = 0;
  const source = endpointName(channel.client);
  const server = endpointName(channel.server);
  return {
    rule: 'dns-tunnel',
    category: 'malware',
    severity: form === 'upstream' ? 'medium' : 'high',
    confidence: CONFIDENCE[form],
    title:
      form === 'raw' ? `DNS tunnel from ${source} to ${server}` : `DNS tunnel from ${source} through ${channel.domain}`,
    description: describe(channel, verdict, source, server),
    source: whole(channel.client),
    target: channel.server,
    sinceMs: channel.alarmSinceMs,
    count,
    evidence: {
      observed,
      threshold,
      unit,
      windowMs: p.windowMs,
      ...(parameter !== '' && { parameter }),
      form,
      ...(form !== 'raw' && {
        domain: channel.domain,
        domains: domains.slice(0, MOST_DOMAINS),
        ...figures(channel, verdict),
      }),
    },
    mitre: DNS_TUNNEL_MITRE,
    suggestion:
      form === 'raw'
        ? `Deny ${source} UDP port 53 to everything but the cluster's resolver with a NetworkPolicy, keep the pod for inspection, and change the credentials that it holds.`
        : `Look up who owns ${channel.domain}. If nobody knows it, let the resolver refuse the domain, keep the pod for inspection, and change the credentials that it holds. ` +
          'If it is a look-up service of your own, name it in `identity.dnsZones`.',
  };
}

function describe({ domain }: Channel, { form, sums }: TunnelVerdict, source: string, server: string): string {
  if (form === 'raw') {
    return `${source} exchanges datagrams of iodine with port 53 of ${server}: a tunnel that reaches its server without a resolver.`;
  }
  const names = `${source} asked ${server} for ${sums.names} new names below ${domain}`;
  if (form === 'rare-type') return `${names}, ${sums.rares} of them with record types that only tunnels use.`;
  const size = `They are no words and carry about ${Math.round(sums.bits / 8)} bytes`;
  if (form === 'upstream') return `${names}. ${size}: data leaves in the names.`;
  return `${names}. ${size}, and the answers carry data back.`;
}

function figures(channel: Channel, { sums }: TunnelVerdict): Readonly<Record<string, unknown>> {
  const types = [...channel.types].sort((a, b) => b[1] - a[1]);
  return {
    queries: sums.queries,
    distinctNames: sums.names,
    nameBytes: Math.round(sums.bytes),
    meanNameBytes: tenths(sums.bytes / Math.max(1, sums.names)),
    informationBytes: Math.round(sums.bits / 8),
    bitsPerCharacter: tenths(sums.bits / Math.max(1, sums.bytes + sums.names)),
    entropy: tenths(entropy(channel.examples.join('').replaceAll('.', ''))),
    answerBytes: Math.round(sums.answerBytes),
    types: Object.fromEntries(types.map(([type, names]) => [typeName(type), names])),
    examples: channel.examples.map((name) => `${cut(name)}.${channel.domain}`),
  };
}

/** Shannon's, bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}

function cut(name: string): string {
  return name.length <= EXAMPLE_LENGTH ? name : `${name.slice(0, EXAMPLE_LENGTH)}…`;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function whole(endpoint: Endpoint): Endpoint {
  const { port: _port, process: _process, ...rest } = endpoint;
  return rest;
}
