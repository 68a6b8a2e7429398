import type { ParameterTable, ParameterValues } from '../detector.ts';

export const beaconParameters = {
  minimumBeats: {
    default: 8,
    unit: 'beats',
    minimum: 4,
    maximum: 64,
    description: 'Connections, or bursts within one connection, before a rhythm is judged.',
    source:
      'RITA v5 default_config.hjson: at least 4 unique connections in 24 h. More here, as minutes are judged, not a day.',
  },
  minimumSpanMs: {
    default: 30_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 86_400_000,
    description: 'Time that the beats must span.',
    source: 'Our choice: one page load or one retry loop is over by then.',
  },
  score: {
    default: 0.8,
    unit: 'share',
    minimum: 0.5,
    maximum: 1,
    description: 'Score from which a rhythm is a beacon: the mean of interval, size, evenness and coverage scores.',
    source: 'RITA v5 levels are 50, 70, 90 and 100 %. Random arrivals of equal size score 0.7, so more is asked for.',
  },
  usualPortScore: {
    default: 0.9,
    unit: 'share',
    minimum: 0.5,
    maximum: 1,
    description:
      'The same for bursts within one connection to a port where heartbeats are usual (web, mail, databases, queues, chat).',
    source: 'RITA v5: its third level, 90 %.',
  },
  intervalScore: {
    default: 0.65,
    unit: 'share',
    minimum: 0.3,
    maximum: 1,
    description:
      'Least score of the intervals by themselves, whatever the other scores are; for few beats more is asked for, by 2 / beats.',
    source:
      'Simulated: random (Poisson) arrivals score 0.52 ± 0.1 with 24 beats, an implant with uniform 50 % jitter 0.8.',
  },
  sizeScore: {
    default: 0.45,
    unit: 'share',
    minimum: 0,
    maximum: 1,
    description: 'Least score of the bytes sent per beat by themselves.',
    source: 'Our choice: check-ins of one size with commands between them score 0.5 and more, page loads about 0.3.',
  },
  largestBeatBytes: {
    default: 8192,
    unit: 'bytes',
    minimum: 64,
    maximum: 10_000_000,
    description: 'Median payload of a beat, each way, above which it is a transfer and no beacon.',
    source: 'Cobalt Strike, Sliver and Empire check-ins are some hundred bytes, TLS handshakes included 1 to 6 KB.',
  },
  quietMs: {
    default: 4500,
    unit: 'ms',
    minimum: 1000,
    maximum: 600_000,
    description: 'Silence in a long connection after which the next payload begins a new burst.',
    source: 'Our choice: live connections are read once a second; shorter pauses are one conversation.',
  },
  sessionMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 86_400_000,
    description:
      'Age from which one long connection to a stranger on an unusual port, made of small messages and pauses, is told (low) though it has no rhythm.',
    source:
      'RITA v5 and SLIPS tell long connections from 1 h and 1500 s on, whatever they carry; this asks for more than length.',
  },
  sharedBy: {
    default: 3,
    unit: 'workloads',
    minimum: 2,
    maximum: 8,
    description:
      'Workloads that talk to the same destination, from which on it is a service they share and scores 15 % less.',
    source: 'RITA v5 modifiers: ±15 % for prevalence ≤ 2 % and ≥ 50 %.',
  },
} as const satisfies ParameterTable;

export type BeaconParameters = ParameterValues<typeof beaconParameters>;
