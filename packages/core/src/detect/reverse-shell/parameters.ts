import type { ParameterTable, ParameterValues } from '../detector.ts';

export const reverseShellParameters = {
  signs: {
    default: 1,
    unit: 'signs',
    minimum: 1,
    maximum: 3,
    description:
      'Signs of a shell at the wrong end of a connection (a prompt or banner, a command with its output, commands answered with text), from which it is one.',
    source: 'Suricata rules of ET ATTACK_RESPONSE tell of each `uid=` and each Windows banner by itself.',
  },
  exchanges: {
    default: 6,
    unit: 'exchanges',
    minimum: 3,
    maximum: 1000,
    description:
      'Short messages of the server, each answered, with pauses between them as somebody types, from which a conversation in plain text that no parser knows is told (low).',
    source: 'Our choice: fewer happen by chance in protocols of one’s own.',
  },
  pauseMs: {
    default: 1500,
    unit: 'ms',
    minimum: 1000,
    maximum: 60_000,
    description: 'Silence before such a message: programs answer sooner than people.',
    source: 'Our choice: live connections are read once a second.',
  },
  commandBytes: {
    default: 120,
    unit: 'bytes',
    minimum: 10,
    maximum: 10_000,
    description: 'Mean size of such a message, at the most.',
    source: 'Our choice: command lines are 3 to 80 characters.',
  },
  quietMs: {
    default: 120_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'Time without payload after which it is over.',
    source: 'Our choice: longer than somebody reads.',
  },
} as const satisfies ParameterTable;

export type ReverseShellParameters = ParameterValues<typeof reverseShellParameters>;
