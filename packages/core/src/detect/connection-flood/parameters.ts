import type { ParameterTable, ParameterValues } from '../detector.ts';

export const connectionFloodParameters = {
  connectionsPerSecond: {
    default: 500,
    unit: 'connections/s',
    minimum: 10,
    maximum: 10_000_000,
    description: 'Connections a second of one source outside to one workload, on average over windowMs.',
    source:
      'FastNetMon: 3500 flows/s of a whole host in 5 s. A seventh of it, as one source of it stands out long before.',
  },
  hollowPerSecond: {
    default: 200,
    unit: 'connections/s',
    minimum: 5,
    maximum: 10_000_000,
    description: 'The same for connections that end without a byte from the client; from inside for these only.',
    source: 'NeuVector dpi_meter.c: 800 SYNs of one source in a span of 5 s, 160 a second. Health checks are a few.',
  },
  hollowTotalPerSecond: {
    default: 1000,
    unit: 'connections/s',
    minimum: 10,
    maximum: 10_000_000,
    description:
      'Hollow connections a second of all sources outside together, above which they are a distributed flood.',
    source: 'Our choice: five times a single source’s. Real crowds ask for something.',
  },
  insideFactor: {
    default: 40,
    unit: 'times the floor',
    minimum: 1,
    maximum: 10_000,
    description: 'A source inside (load test, ingress, proxy) may open so many more connections that carry something.',
    source:
      'Our choice: 20,000 connections/s, above what one load generator without keep-alive reaches. bro-simple-scan has 10 times.',
  },
  windowMs: {
    default: 5000,
    unit: 'ms',
    minimum: 1000,
    maximum: 60_000,
    description: 'Time over which rates are an average.',
    source: 'FastNetMon: average over 5 s. NeuVector: spans of 5 s.',
  },
  sourceSessions: {
    default: 2000,
    unit: 'connections',
    minimum: 50,
    maximum: 10_000_000,
    description: 'Open connections of one source outside to one workload at once; from inside insideFactor times more.',
    source: 'NeuVector: 2000 sessions of one source.',
  },
  silentConnections: {
    default: 100,
    unit: 'connections',
    minimum: 10,
    maximum: 1_000_000,
    description:
      'Connections of one source outside that have been open for silentMs without a byte from the server; from inside insideSilentFactor times more.',
    source:
      'slowloris.py opens 150, slowhttptest 50 to 1000; common limits of workers are Apache’s 256 (prefork) and 400.',
  },
  insideSilentFactor: {
    default: 4,
    unit: 'times the floor',
    minimum: 1,
    maximum: 1000,
    description:
      'A source inside may hold so many more silent connections, where their clients trickle or never said anything.',
    source:
      'Our choice: above the idle part of any one pool, as most protocols greet, and long polls neither trickle nor say nothing.',
  },
  silentMs: {
    default: 10_000,
    unit: 'ms',
    minimum: 2000,
    maximum: 600_000,
    description: 'Age from which on a connection without an answer counts as held.',
    source: 'slowhttptest waits 10 s between bytes by default, slowloris 15 s; servers answer in far less.',
  },
  tricklePayload: {
    default: 8192,
    unit: 'bytes',
    minimum: 100,
    maximum: 1_000_000,
    description: 'A client that has sent more than this is uploading, and not holding a connection.',
    source: 'Common limit of a request header: 8 KiB a field in Apache (LimitRequestFieldSize) and a buffer in nginx.',
  },
  offRatio: {
    default: 0.75,
    unit: 'share of the threshold',
    minimum: 0.1,
    maximum: 1,
    description: 'Hysteresis: a flood goes on until it is below this share of the threshold that opened it.',
    source: 'NeuVector dpi_meter.c: on at 800, off below 600.',
  },
  criticalFactor: {
    default: 10,
    unit: 'times the threshold',
    minimum: 2,
    maximum: 1000,
    description: 'From here on a flood is high; below, it is medium.',
    source: 'Our choice: one power of ten, as in syn-flood.',
  },
} as const satisfies ParameterTable;

export type ConnectionFloodParameters = ParameterValues<typeof connectionFloodParameters>;
