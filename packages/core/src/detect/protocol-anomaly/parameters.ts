import type { ParameterTable, ParameterValues } from '../detector.ts';

export const protocolAnomalyParameters = {
  messages: {
    default: 1,
    unit: 'messages',
    minimum: 1,
    maximum: 1000,
    description: 'Messages of the wrong protocol of a workload to one place, from which it is told.',
    source: 'Zeek (dpd.log, weird.log) and Kubescape R1003 (SSH to an odd port) tell of the first.',
  },
  unknownBytes: {
    default: 32,
    unit: 'bytes',
    minimum: 4,
    maximum: 1400,
    description: 'Payload that no parser knows, from which a conversation counts as of an unknown protocol.',
    source: 'Our choice: less is a probe, or the beginning of something.',
  },
  httpSigns: {
    default: 4,
    unit: 'signs',
    minimum: 2,
    maximum: 6,
    description:
      'Of six signs of a request that no browser or ordinary client sends (no name of a host, no user agent, a cookie that is only base64, a body without structure, an unusual port, hardly a header), how many it must have.',
    source: 'Our choice: an ordinary client that is pointed at an address has two or three.',
  },
  quietMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 5000,
    maximum: 3_600_000,
    description: 'Time after the last message for which the finding goes on; then it is known.',
    source: 'Our choice: as long as alerts take to resolve.',
  },
} as const satisfies ParameterTable;

export type ProtocolAnomalyParameters = ParameterValues<typeof protocolAnomalyParameters>;
