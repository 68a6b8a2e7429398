import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { BeaconForm, Verdict } from './judgement.ts';
import type { Alarm, Pair } from './pair.ts';
import type { ServerNames } from './server-names.ts';

/** Application layer protocol; encrypted channel. */
export const BEACON_MITRE: readonly Mitre[] = [
  { tactic: 'command-and-control', technique: 'T1071' },
  { tactic: 'command-and-control', technique: 'T1573' },
];

/** Score and beats from which it is high: hardly anything else keeps such a rhythm for so long. */
const HIGH_SCORE = 0.9;
const HIGH_BEATS = 32;

const WHAT: Readonly<Record<BeaconForm, string>> = {
  connections: 'opens a connection',
  bursts: 'exchanges a few bytes on a long connection',
  session: 'exchanges small messages on a long connection',
};

/** The finding of a beaconing pair. `names`: what the workload calls the destination. Moves the pair's reported count on. */
export function beaconFinding(pair: Pair, alarm: Alarm, verdict: Verdict, names: ServerNames | undefined): Finding {
  const { form, rhythm } = verdict;
  const beats = pair.starts.count + pair.bursts.count;
  const count = Math.max(0, beats - pair.reported);
  pair.reported = beats;
  const end = pair.target;
  const source = endpointName(pair.source);
  const target = `${pair.serverName ?? endpointName(end)}:${pair.port}`;
  const every = rhythm === undefined ? '' : ` about every ${seconds(rhythm.medianInterval)}`;
  return {
    rule: 'beacon',
    category: 'malware',
    severity: severity(pair, verdict),
    confidence: round3(
      form === 'session' ? 0.4 : Math.min(0.9, verdict.score * (0.7 + Math.min(0.3, verdict.beats / 200))),
    ),
    title:
      form === 'session' ? `Unusual long session from ${source} to ${target}` : `Beacon from ${source} to ${target}`,
    description:
      `${source} ${WHAT[form]} with ${target}${every}, ${verdict.beats} times within ${seconds(verdict.spanMs)}. ` +
      (form === 'session'
        ? 'It has no rhythm, but no usual service uses this port, and the messages are small, with pauses: as of a remote shell or an implant under command.'
        : 'Implants report to their command server like this; so do agents of monitoring and other services.'),
    source: pair.source,
    target: end,
    sinceMs: alarm.sinceMs,
    count,
    evidence: {
      observed: round3(verdict.score),
      threshold: verdict.threshold,
      unit: 'score',
      windowMs: Math.max(1, Math.round(verdict.spanMs)),
      form,
      beats: verdict.beats,
      connections: pair.starts.count,
      bursts: pair.bursts.count,
      learnedDestination: pair.isLearned,
      ...(names && { serverNames: names.all, ...(names.ja4 !== '' && { ja4: names.ja4 }) }),
      ...(pair.addresses && { addresses: pair.addresses.size }),
      sharedDestination: verdict.isShared,
      ...(rhythm && {
        medianIntervalMs: Math.round(rhythm.medianInterval),
        medianSentBytes: Math.round(rhythm.medianSize),
        intervalScore: round3(rhythm.ts),
        sizeScore: round3(rhythm.ds),
        evennessScore: round3(rhythm.hist),
        coverageScore: round3(rhythm.dur),
      }),
      ...(verdict.answers && {
        medianReceivedBytes: Math.round(verdict.answers.medianBytes),
        answerSizeScore: round3(verdict.answers.score),
      }),
    },
    mitre: BEACON_MITRE,
    suggestion:
      `Ask what ${source} has to do with ${endpointName(end)}: look up its owner, and the program with ` +
      `\`netguard observe --ip ${end.ip}\`. If nobody knows it, deny the pod egress to it with a NetworkPolicy and keep the pod for inspection; ` +
      'if it is a service you use, set the detector to `observe` or `off` for the namespace.',
  };
}

function severity(pair: Pair, { form, score, beats, isShared }: Verdict): Severity {
  if (form === 'session' || pair.isLearned) return 'low';
  // Several workloads of a cluster that push to one place are its telemetry. Hosts without a name may all be infected.
  if (isShared && pair.source.kind === 'pod') return 'low';
  return score >= HIGH_SCORE && beats >= HIGH_BEATS && pair.targetKind === 'world' ? 'high' : 'medium';
}

function seconds(ms: number): string {
  return ms < 10_000
    ? `${(ms / 1000).toFixed(1)} s`
    : ms < 600_000
      ? `${Math.round(ms / 1000)} s`
      : `${Math.round(ms / 60_000)} min`;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
