import type { Finding, Mitre, Severity, TopSource } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { Meter } from './meter.ts';
import type { VolumeSurgeParameters } from './parameters.ts';
import type { Alarm, Direction, Excess, Peers } from './side.ts';

/** Network denial of service: direct network flood. */
export const VOLUME_SURGE_MITRE: readonly Mitre[] = [{ tactic: 'impact', technique: 'T1498.001' }];

/** Times the threshold from which it is graver: one power of ten, as syn-flood. */
const GRAVE_FACTOR = 10;
const TOP_LISTED = 10;
const UNIT = { bytes: 'bytes/s', packets: 'packets/s', flows: 'flows/s' } as const;
const WORDS = { bytes: 'bytes', packets: 'packets', flows: 'new conversations' } as const;

/** The finding of one direction of a workload. Moves the alarm's reported count on. */
export function surgeFinding(meter: Meter, direction: Direction, alarm: Alarm, p: VolumeSurgeParameters): Finding {
  const side = meter[direction];
  const { excess, peer, isOutside } = alarm;
  const count = side.allFlows - alarm.reported;
  alarm.reported = side.allFlows;
  const own = whole(meter.endpoint);
  const [source, target] = direction === 'served' ? [peer && whole(peer), own] : [own, peer && whole(peer)];
  const name = endpointName(own);
  const by = peer === null ? '' : direction === 'served' ? ` from ${endpointName(peer)}` : ` to ${endpointName(peer)}`;
  return {
    rule: 'volume-surge',
    category: 'flood',
    severity: severityOf(excess, isOutside),
    confidence: confidenceOf(excess, isOutside),
    title: direction === 'served' ? `Traffic surge${by} on ${name}` : `Traffic surge by ${name}${by}`,
    description:
      `${name} ${direction === 'served' ? 'is asked for' : 'makes'} ${amount(excess.rate)} ${WORDS[excess.measure]} per second` +
      (excess.expected === null
        ? ', in small packets from very many strangers: no service is used like that.'
        : `; ${amount(excess.expected)} were to be expected from what was learned.`) +
      (peer === null ? ' No single peer stands out.' : ''),
    source,
    ...(side.peers && { sources: { distinctEstimate: side.peers.distinct.estimate(), top: topPeers(side.peers) } }),
    target,
    sinceMs: alarm.sinceMs,
    count,
    evidence: {
      observed: Math.round(excess.rate),
      threshold: Math.max(1, Math.round(excess.threshold)),
      unit: UNIT[excess.measure],
      windowMs: p.windowMs,
      direction,
      ...(excess.expected !== null && { expected: Math.round(excess.expected) }),
      replicas: meter.replicas,
      fromOutside: isOutside,
      ...(side.peers && { peerEntropy: round3(side.peers.entropy) }),
    },
    mitre: VOLUME_SURGE_MITRE,
    suggestion:
      direction === 'served'
        ? `See who asks: \`netguard observe --to-workload ${meter.endpoint.workload?.name ?? name}\`. If it is a crowd, add replicas; if it is an attack, limit the rate at the load balancer or ingress, and block the top sources there.`
        : `Ask what changed in ${name}: a release, a retry loop, a job. If nothing did, it may be misused to attack others: deny it egress with a NetworkPolicy and look at what runs in it.`,
  };
}

/** The finding of a run that came to far more than those before it. */
export function runFinding(meter: Meter, largest: number, p: VolumeSurgeParameters): Finding {
  const name = endpointName(whole(meter.endpoint));
  return {
    rule: 'volume-surge',
    category: 'flood',
    severity: 'low',
    confidence: 0.6,
    title: `This run of ${name} moves far more than those before it`,
    description: `${name} has moved ${amount(meter.runBytes)} bytes so far; the largest of its last runs came to ${amount(largest)}.`,
    source: whole(meter.endpoint),
    target: null,
    sinceMs: meter.runSinceMs,
    count: 0,
    evidence: {
      observed: Math.round(meter.runBytes),
      threshold: Math.max(1, Math.round(Math.max(p.runFloorBytes, p.runFactor * largest))),
      unit: 'bytes',
      windowMs: Math.max(1, Math.round(meter.movedMs - meter.startMs)),
      largestOfLastRuns: Math.round(largest),
    },
    mitre: VOLUME_SURGE_MITRE,
    suggestion: `Look where it sends and from where it reads: \`netguard observe --workload ${meter.run?.id ?? name}\`. If the data has simply grown, the next runs learn it.`,
  };
}

function severityOf({ rate, threshold }: Excess, isOutside: boolean): Severity {
  if (!isOutside) return 'low';
  return rate >= GRAVE_FACTOR * threshold ? 'high' : 'medium';
}

/** 0.5 at the threshold, 0.9 at ten times it; less from inside, where growth has reasons. */
function confidenceOf({ rate, threshold }: Excess, isOutside: boolean): number {
  const sure = 0.5 + 0.4 * Math.min(1, Math.log10(Math.max(1, rate / threshold)));
  return round3(isOutside ? sure : sure * 0.7);
}

/** The workload, not one of its sockets. */
function whole(endpoint: Endpoint): Endpoint {
  const { port: _port, process: _process, ...rest } = endpoint;
  return rest;
}

function topPeers(peers: Peers): TopSource[] {
  return peers.top.top(TOP_LISTED).map(({ key, count }) => {
    const endpoint = peers.endpoints.get(key);
    const name = endpoint === undefined ? key : endpointName(endpoint);
    return { ip: key, ...(name !== key && { name }), count };
  });
}

function amount(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 10_000 ? `${Math.round(value / 1000)} k` : `${Math.round(value)}`;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
