import type { ParameterTable, ParameterValues } from '../detector.ts';

export const amplificationParameters = {
  unsolicitedResponses: {
    default: 100,
    unit: 'responses',
    minimum: 10,
    maximum: 10_000_000,
    description:
      'Datagrams from ports of known reflectors within windowMs that the workload asked for with none. Ten times more from inside.',
    source: 'Our choice: three a second for half a minute; late answers of a resolver are a few a minute.',
  },
  windowMs: {
    default: 30_000,
    unit: 'ms',
    minimum: 5000,
    maximum: 60_000,
    description: 'Time over which responses are counted.',
    source: 'kubernetes-rules: more than 50 % responses nobody asked for in 30 s.',
  },
  unsolicitedShare: {
    default: 0.5,
    unit: 'share',
    minimum: 0.05,
    maximum: 1,
    description:
      'Share of all responses from such ports that must be unsolicited: a busy resolver’s late answers are not.',
    source: 'kubernetes-rules: more than 50 % responses nobody asked for in 30 s.',
  },
  reflectors: {
    default: 5,
    unit: 'sources',
    minimum: 1,
    maximum: 100_000,
    description: 'Distinct sources of the responses: one alone is a mistake, or a udp-flood.',
    source:
      'Our choice: the smallest public attack capture that was looked at has some 60, most have thousands (TA14-017A: open resolvers by the million).',
  },
  unknownResponses: {
    default: 1000,
    unit: 'datagrams',
    minimum: 50,
    maximum: 10_000_000,
    description:
      'Unanswered datagrams from outside within windowMs, four fifths of them from one same source port of 50 sources or more: a reflector in no list.',
    source:
      'Clients choose ports at random (RFC 6056), services do not. Ten times the number for listed ports, as the evidence is less.',
  },
  synAckResponses: {
    default: 100,
    unit: 'SYN-ACK',
    minimum: 10,
    maximum: 10_000_000,
    description:
      'SYN-ACKs within 5 minutes for which there is no connection: a server that is used as a reflector repeats each several times.',
    source:
      'Linux repeats a SYN-ACK 5 times (tcp_synack_retries). The backscatter of a day over 512 addresses is 7 an address.',
  },
  outgoingBytesPerSecond: {
    default: 125_000,
    unit: 'bytes/s',
    minimum: 1000,
    maximum: 1_000_000_000,
    description:
      'Answers of one of our reflector ports to one address outside, above which it is used against that address.',
    source:
      'Our choice: 1 Mbit/s, some 80 full datagrams a second to a single client; FastNetMon’s ban at 1000 Mbit/s is a victim’s.',
  },
  outgoingFactor: {
    default: 10,
    unit: 'times',
    minimum: 2,
    maximum: 1000,
    description: 'Payload answered per payload asked, from which on answers count for that.',
    source:
      'TA14-017A: DNS 28 to 54, CLDAP 56 to 70, NTP 557, Memcached 10,000 to 51,000; ordinary DNS answers are two to five times their question.',
  },
  offRatio: {
    default: 0.75,
    unit: 'share of the threshold',
    minimum: 0.1,
    maximum: 1,
    description: 'Hysteresis: an attack goes on until it is below this share of the threshold that opened it.',
    source: 'NeuVector dpi_meter.c: on at 800, off below 600.',
  },
  criticalBytesPerSecond: {
    default: 12_500_000,
    unit: 'bytes/s',
    minimum: 10_000,
    maximum: 100_000_000_000,
    description: 'Payload at which an attack is critical; it is high from a hundredth of it on.',
    source: 'A tenth of FastNetMon’s 1000 Mbit/s, as a pod has a share of the node’s link.',
  },
} as const satisfies ParameterTable;

export type AmplificationParameters = ParameterValues<typeof amplificationParameters>;
