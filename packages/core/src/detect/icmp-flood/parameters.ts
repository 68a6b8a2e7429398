import type { ParameterTable, ParameterValues } from '../detector.ts';

export const icmpFloodParameters = {
  outsidePacketsPerSecond: {
    default: 100,
    unit: 'packets/s',
    minimum: 10,
    maximum: 10_000_000,
    description:
      'Echo requests (or echo replies nobody asked for) a second from outside to one workload, on average over windowMs.',
    source: 'NeuVector dpi_meter.c: 100 ICMP packets to one target in a second.',
  },
  insidePacketsPerSecond: {
    default: 500,
    unit: 'packets/s',
    minimum: 10,
    maximum: 10_000_000,
    description: 'The same from inside the cluster or a private network, beyond politePackets of each source.',
    source: 'Our choice: above any monitor, below ping -f, which sends some thousands a second on a local network.',
  },
  windowMs: {
    default: 3000,
    unit: 'ms',
    minimum: 1000,
    maximum: 60_000,
    description:
      'Time over which the rate is an average: a short burst (fping, traceroute) has to be as many packets as a flood’s.',
    source: 'Our choice: NeuVector counts one second, in which one burst of a monitor is a flood already.',
  },
  politePackets: {
    default: 10,
    unit: 'packets/s',
    minimum: 0,
    maximum: 10_000,
    description: 'Echo requests a second of one inside source that count nothing: monitoring.',
    source:
      'ping(8): less than 2 ms between packets needs root, and one a second is the default; monitors ping once to ten times a second.',
  },
  errorFactor: {
    default: 10,
    unit: 'times the floor',
    minimum: 1,
    maximum: 1000,
    description: 'ICMP errors (unreachable, too big, time exceeded) and neighbour discovery may be so many more.',
    source:
      'Path-MTU discovery and routers answer traffic of the host itself; RFC 4861 segments of thousands of hosts multicast that much. BlackNurse needs some 10,000 a second.',
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
    default: 500,
    unit: 'times the threshold',
    minimum: 2,
    maximum: 100_000,
    description:
      'Rate at which a flood is critical; below a tenth of it, it is medium, as a kernel answers that in passing.',
    source:
      'Our choice: 50,000 packets/s from outside, the order at which FastNetMon bans a host (20,000) for any kind of packet.',
  },
} as const satisfies ParameterTable;

export type IcmpFloodParameters = ParameterValues<typeof icmpFloodParameters>;
