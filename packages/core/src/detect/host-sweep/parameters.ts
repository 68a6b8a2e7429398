import type { ParameterValues } from '../detector.ts';

export const hostSweepParameters = {
  failOdds: {
    default: 4,
    unit: 'times per failure',
    minimum: 1.5,
    maximum: 10,
    description:
      'What a failed first contact multiplies the likelihood ratio of “scanner” by; a successful one divides by it.',
    source: 'TRW, Jung et al. 2004: θ0 = 0.8 and θ1 = 0.2 give 4, as in scan-NG trw-impl.zeek.',
  },
  scannerOdds: {
    default: 99,
    unit: 'to one',
    minimum: 9,
    maximum: 100_000,
    description: 'Likelihood ratio from which on a source is a scanner: four net failures.',
    source: 'TRW, Jung et al. 2004: P_D = 0.99, P_F = 0.01.',
  },
  outsideHosts: {
    default: 5,
    unit: 'hosts',
    minimum: 2,
    maximum: 10_000,
    description: 'Distinct hosts on which a source from outside must have failed besides, before it is reported.',
    source: 'psad’s lowest danger level (5); bro-simple-scan: 10 to 25 (host, port) pairs, without a likelihood test.',
  },
  insideHosts: {
    default: 8,
    unit: 'hosts',
    minimum: 2,
    maximum: 10_000,
    description: 'The same for a source inside, whose alert is low on that ground alone.',
    source: 'Between SLIPS (5 destinations) and Elastic’s sweep rule (10 hosts).',
  },
  darkPairs: {
    default: 25,
    unit: 'address and port pairs',
    minimum: 5,
    maximum: 100_000,
    description: 'Distinct dark (address, port) pairs within windowMs that make a source inside medium.',
    source: 'kubernetes-rules: dead targets. bro-simple-scan and Zeek misc/scan: 25.',
  },
  failedShare: {
    default: 0.8,
    unit: 'share',
    minimum: 0.3,
    maximum: 1,
    description:
      'Share of first contacts that failed, below which nobody inside is more than low and no shared address is judged.',
    source: 'kubernetes-rules: dead targets, SNAT; θ0 of TRW.',
  },
  highPairs: {
    default: 250,
    unit: 'address and port pairs',
    minimum: 25,
    maximum: 1_000_000,
    description: 'From so many dark pairs on, a sweep by a pod is high.',
    source: 'bro-simple-scan: 250 for local sources.',
  },
  windowMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'Time over which hosts and pairs are counted for sources inside.',
    source: 'Zeek misc/scan and kubernetes-rules: 5 min.',
  },
  outsideWindowMs: {
    default: 1_800_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'The same for sources from outside: a node sees little of a sweep of the Internet.',
    source: 'scan-NG trw-impl.zeek: state is kept for 30 min.',
  },
  activeMs: {
    default: 30_000,
    unit: 'ms',
    minimum: 1000,
    maximum: 600_000,
    description: 'A sweep is over when no new host or port has failed for so long.',
    source: 'Our choice: half of port-scan’s window, so that what both see ends with port-scan.',
  },
} as const;

export type HostSweepParameters = ParameterValues<typeof hostSweepParameters>;
