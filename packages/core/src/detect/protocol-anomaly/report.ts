import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { Anomaly } from './anomaly.ts';
import type { ProtocolAnomalyParameters } from './parameters.ts';

/** Non-standard port; protocol tunnelling. */
export const PROTOCOL_ANOMALY_MITRE: readonly Mitre[] = [
  { tactic: 'command-and-control', technique: 'T1571' },
  { tactic: 'command-and-control', technique: 'T1572' },
];

const NAMES: Readonly<Record<string, string>> = {
  ssh: 'SSH',
  http: 'HTTP',
  http2: 'HTTP/2',
  tls: 'TLS',
  dns: 'DNS',
  quic: 'QUIC',
  smb: 'SMB',
  unknown: 'an unknown protocol',
};

/** Moves the reported count on. */
export function anomalyFinding(anomaly: Anomaly, p: ProtocolAnomalyParameters): Finding {
  const { kind, source, target, messages } = anomaly;
  const count = anomaly.unreported;
  anomaly.unreported = 0;
  const isHttp = kind.form === 'http-shape';
  const from = endpointName(source);
  const to = `${endpointName(target)}:${target.port ?? 0}`;
  return {
    rule: 'protocol-anomaly',
    category: 'malware',
    severity: severityOf(anomaly),
    confidence: kind.isMild ? 0.4 : 0.6,
    title: isHttp
      ? `${from} sends unusual HTTP requests to ${to}`
      : `${from} speaks ${nameOf(kind.protocol)} with ${to}`,
    description: describe(anomaly, from, to),
    source,
    target,
    sinceMs: anomaly.sinceMs,
    count,
    evidence: {
      observed: isHttp ? kind.signs.length : messages,
      threshold: isHttp ? p.httpSigns : p.messages,
      unit: isHttp ? 'signs' : 'messages',
      windowMs: p.quietMs,
      form: kind.form,
      protocol: kind.protocol,
      messages,
      ...(kind.expected.length > 0 && { expected: kind.expected }),
      ...(isHttp && { signs: kind.signs }),
    },
    mitre: PROTOCOL_ANOMALY_MITRE,
    suggestion:
      `Ask what ${from} has to do with ${endpointName(target)}. If nobody knows, deny it egress there with a NetworkPolicy; ` +
      'a firewall that lets ports through lets through whatever is spoken on them.',
  };
}

function describe({ kind, target }: Anomaly, from: string, to: string): string {
  if (kind.form === 'http-shape')
    return `${from} sends requests to ${to} as no browser and no ordinary client does: ${kind.signs.join(', ')}. Implants talk to their servers like this.`;
  const spoken = `${from} speaks ${nameOf(kind.protocol)} with ${to}`;
  if (kind.form === 'odd-port')
    return `${spoken}, which is no resolver, on a port that is not DNS's: tunnels do that to pass by the cluster's resolver.`;
  return `${spoken}, where ${kind.expected.map(nameOf).join(' or ')} is spoken: who does that wants to pass a firewall that goes by port ${target.port ?? 0}.`;
}

function nameOf(protocol: string): string {
  return NAMES[protocol] ?? protocol.toUpperCase();
}

function severityOf({ kind, target }: Anomaly): Severity {
  return target.kind === 'world' && !kind.isMild ? 'medium' : 'low';
}
