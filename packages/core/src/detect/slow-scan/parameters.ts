import type { ParameterValues } from '../detector.ts';

export const slowScanParameters = {
  contacts: {
    default: 100,
    unit: 'address and port pairs',
    minimum: 10,
    maximum: 100_000,
    description:
      'Distinct (address, port) pairs on which one source may fail within windowMs, its fast minutes left out.',
    source:
      'SLIPS judges by hours too, with more than 5 ports or hosts not established; 100 leaves room for stale clients.',
  },
  windowMs: {
    default: 3_600_000,
    unit: 'ms',
    minimum: 600_000,
    maximum: 3_600_000,
    description: 'Time over which they are counted, minute by minute.',
    source: 'SLIPS: windows of 1 h. nmap -T1 sends a probe each 15 s: 240 an hour.',
  },
  fastPerMinute: {
    default: 30,
    unit: 'pairs a minute',
    minimum: 2,
    maximum: 10_000,
    description: 'A minute with more than that is fast: port-scan’s or host-sweep’s, and left out here.',
    source: 'Above port-scan’s thresholds for a minute (10 outside, 20 inside), so that nothing falls between.',
  },
  failedShare: {
    default: 0.8,
    unit: 'share',
    minimum: 0.3,
    maximum: 1,
    description: 'Share of distinct contacts that failed, below which a source is a client with some dead peers.',
    source: 'As in host-sweep: θ0 of TRW, and kubernetes-rules.',
  },
  activeMs: {
    default: 120_000,
    unit: 'ms',
    minimum: 30_000,
    maximum: 3_600_000,
    description: 'The scan is over when nothing new has failed for so long.',
    source: 'Our choice: three times the pace of 100 an hour.',
  },
} as const;

export type SlowScanParameters = ParameterValues<typeof slowScanParameters>;
