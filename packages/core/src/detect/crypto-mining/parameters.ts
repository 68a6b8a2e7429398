import type { ParameterTable, ParameterValues } from '../detector.ts';

export const cryptoMiningParameters = {
  messages: {
    default: 1,
    unit: 'messages',
    minimum: 1,
    maximum: 1000,
    description:
      'Messages of Stratum, or TLS hellos to a mining pool, of a workload with one destination, from which it mines.',
    source: 'Suricata rules of ET COINMINER and Falco tell of the first.',
  },
  lookups: {
    default: 2,
    unit: 'look-ups',
    minimum: 1,
    maximum: 1000,
    description: 'Look-ups of names of mining pools, from which they are told by themselves (low).',
    source: 'ET COINMINER tells of the first. Two here: A and AAAA of one name, or two names.',
  },
  shapeMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 86_400_000,
    description:
      'Age from which a TLS connection to a port of mining pools outside, which moves little, is told (low) whatever its name.',
    source: 'Our choice: a pool keeps its miners for hours; an API answers and closes.',
  },
  shapeBytesPerSecond: {
    default: 400,
    unit: 'bytes',
    minimum: 1,
    maximum: 1_000_000,
    description: 'Payload a second, both ways, above which such a connection does something else.',
    source:
      'Measured by its protocol: jobs of 200 to 2,000 bytes each 10 to 60 s, shares of 200 bytes each 10 s and less often.',
  },
  quietMs: {
    default: 180_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'Time without payload or look-ups after which it is over.',
    source: 'Our choice: a pool sends a new job at least every two minutes.',
  },
} as const satisfies ParameterTable;

export type CryptoMiningParameters = ParameterValues<typeof cryptoMiningParameters>;
