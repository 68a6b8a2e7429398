import type { Finding, Mitre } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { Upload } from './judgement.ts';
import type { ExfiltrationParameters } from './parameters.ts';
import type { Destination, Sender } from './sender.ts';

/** Exfiltration over the command channel, and over another protocol. */
export const EXFILTRATION_MITRE: readonly Mitre[] = [
  { tactic: 'exfiltration', technique: 'T1041' },
  { tactic: 'exfiltration', technique: 'T1048' },
];

/** One power of ten over the threshold. */
const GRAVE_FACTOR = 10;

/** The finding of one upload. Moves its reported count on. */
export function exfiltrationFinding(
  sender: Sender,
  destination: Destination,
  upload: Upload,
  p: ExfiltrationParameters,
): Finding {
  const { sent, received, threshold, usual, windowMs } = upload;
  const count = destination.unreported;
  destination.unreported = 0;
  const [from, to] = [endpointName(sender.endpoint), endpointName(destination.endpoint)];
  const isKnownWell = usual !== null;
  return {
    rule: 'exfiltration',
    category: 'exfiltration',
    severity: sent >= GRAVE_FACTOR * threshold ? 'high' : 'medium',
    confidence: isKnownWell ? 0.7 : 0.5,
    title: `${from} uploads ${amount(sent)} to ${to}, where it never sent before`,
    description:
      `${from} has sent ${amount(sent)} to ${destination.network} within ${Math.round(windowMs / 60_000)} minutes and received ${amount(received)}. ` +
      (isKnownWell
        ? `In all it usually sends ${amount(usual)} outside in that time, and never anything there.`
        : 'What is usual for it is not learned yet; so much to one new place is told all the same.'),
    source: whole(sender.endpoint),
    target: destination.endpoint,
    sinceMs: destination.alarmSinceMs,
    count,
    evidence: {
      observed: Math.round(sent),
      threshold,
      unit: 'bytes',
      windowMs,
      received: Math.round(received),
      outInRatio: Math.round((sent / Math.max(1, received)) * 10) / 10,
      outInThreshold: p.outInRatio,
      ...(usual !== null && { usual: Math.round(usual) }),
      network: destination.network,
      port: destination.endpoint.port ?? 0,
    },
    mitre: EXFILTRATION_MITRE,
    suggestion: `Find out who owns ${destination.endpoint.ip} and whether ${from} may send data there. If not, deny it with an egress NetworkPolicy now, keep the pod for inspection, and change the credentials that it holds.`,
  };
}

function whole(endpoint: Endpoint): Endpoint {
  const { port: _port, process: _process, ...rest } = endpoint;
  return rest;
}

function amount(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.round(bytes / 1000)} kB`;
}
