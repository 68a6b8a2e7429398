import type { ParameterTable, ParameterValues } from '../detector.ts';

export const listenerOverloadParameters = {
  turnedAwaySyns: {
    default: 5,
    unit: 'SYN',
    minimum: 1,
    maximum: 1_000_000,
    description: 'SYNs turned away at a full accept queue within sustainedMs, retransmissions included.',
    source:
      'Measured on Linux 6.18: a backlog of 8 turned away 9 of 18 first SYNs. A few are above chance, one is not.',
  },
  sustainedMs: {
    default: 3000,
    unit: 'ms',
    minimum: 1000,
    maximum: 600_000,
    description: 'Time for which SYNs must meet a full accept queue.',
    source: 'RFC 6298: retransmissions after 1 s and 2 s more, so a client has by then waited 3 s: users notice.',
  },
  floodSynsPerWindow: {
    default: 200,
    unit: 'SYN',
    minimum: 10,
    maximum: 10_000_000,
    description:
      'Failing SYNs per second from which on missing retransmissions mean a flood, which syn-flood reports instead.',
    source: 'The floor of syn-flood (listenerSynsPerWindow): keep the two alike.',
  },
  retransmitShare: {
    default: 0.1,
    unit: 'share',
    minimum: 0.01,
    maximum: 1,
    description: 'SYN retransmissions per SYN turned away, below which the sources look invented.',
    source: 'As in syn-flood: by RFC 6298 a real client retransmits once to twice in 3 s, an invented one never.',
  },
  knownSourceMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'A source that completed a handshake within this time is no invention.',
    source: 'As in syn-flood: longer than the keep-alive of common HTTP clients.',
  },
} as const satisfies ParameterTable;

export type ListenerOverloadParameters = ParameterValues<typeof listenerOverloadParameters>;
