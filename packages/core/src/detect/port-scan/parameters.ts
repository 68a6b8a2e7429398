import type { ParameterValues } from '../detector.ts';

export const portScanParameters = {
  outsidePorts: {
    default: 10,
    unit: 'ports',
    minimum: 3,
    maximum: 1000,
    description: 'Distinct ports of one target on which one source from outside may fail within windowMs.',
    source:
      'Suricata thresholding.rst: 10 distinct ports in 60 s; maltrail: more than 10; Zeek misc/scan: 15 in 5 min. The kernel doubles from here, so 20 is met exactly too.',
  },
  insidePorts: {
    default: 20,
    unit: 'ports',
    minimum: 3,
    maximum: 1000,
    description: 'The same for a source inside the cluster or on a private network, whose mistakes are met more often.',
    source: 'Zeek misc/scan: 15; Elastic began at 20 and had to rise to 50 as it counts connections, not failures.',
  },
  oddPorts: {
    default: 3,
    unit: 'ports',
    minimum: 1,
    maximum: 1000,
    description:
      'Distinct ports that one source may reach with FIN, NULL or XMAS segments, or such segments at open ports.',
    source:
      'psad and Snort take a single one for a scan: no stack sends them (RFC 9293). Three, as packets do get mangled.',
  },
  windowMs: {
    default: 60_000,
    unit: 'ms',
    minimum: 1000,
    maximum: 600_000,
    description: 'Time over which distinct ports are counted.',
    source: 'Suricata thresholding.rst and Elastic detection-rules: 60 s. Slower scans are slow-scan’s.',
  },
  offRatio: {
    default: 0.5,
    unit: 'share of the threshold',
    minimum: 0.1,
    maximum: 1,
    description: 'Hysteresis: a scan goes on until the window holds less than this share of the threshold.',
    source: 'Our choice, wider than NeuVector’s 600 of 800: a scan has pauses, a flood has none.',
  },
  settleMs: {
    default: 30,
    unit: 'ms',
    minimum: 0,
    maximum: 1000,
    description: 'A source from outside waits this long for others in step with it, so that decoys become one alert.',
    source: 'nmap -D sends a port’s probe from all addresses in a row, within a millisecond or two.',
  },
  answers: {
    default: 40,
    unit: 'answers',
    minimum: 10,
    maximum: 100_000,
    description:
      'RSTs and SYN-ACKs without a socket, within windowMs, that show a raw scanner whose target is elsewhere.',
    source: 'Our choice: twice insidePorts, as only answers are seen and not their ports.',
  },
  sharedFailedShare: {
    default: 0.8,
    unit: 'share',
    minimum: 0.5,
    maximum: 1,
    description: 'Failed share of contacts below which an address with many hosts behind it is not judged.',
    source: 'kubernetes-rules: SNAT, load balancers and proxies give no verdict per source under 80 % failure.',
  },
  highFactor: {
    default: 5,
    unit: 'times the threshold',
    minimum: 1,
    maximum: 1000,
    description:
      'From so many ports on, a scan by a pod is high: from outside it stays medium, as that is everyday noise.',
    source: 'Our choice: psad’s levels rise by 3 to 10 times (5, 15, 150, 1500 packets).',
  },
} as const;

export type PortScanParameters = ParameterValues<typeof portScanParameters>;
