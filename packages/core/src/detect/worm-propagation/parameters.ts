import type { ParameterTable, ParameterValues } from '../detector.ts';

export const wormParameters = {
  spreadHosts: {
    default: 4,
    unit: 'hosts',
    minimum: 2,
    maximum: 1000,
    description:
      'Hosts that a pod has to contact on the port it was contacted on, and that do not answer or are new to it, before it counts as infected.',
    source:
      'TRW, Jung et al. 2004: four net failures are 99 to one. DSC (Gu et al., ACSAC 2004): contacted, then scanning.',
  },
  newHosts: {
    default: 2,
    unit: 'hosts',
    minimum: 2,
    maximum: 1000,
    description:
      'The same where its workload is learned and never went there, or a rule matched: that hardly happens by itself.',
    source:
      'Own reading: a worm with a list of its victims never fails (Collins and Reiter, RAID 2007) and needs two each to grow.',
  },
  treeHosts: {
    default: 8,
    unit: 'hosts',
    minimum: 4,
    maximum: 10_000,
    description: 'Such hosts of all infected pods together from which a tree is reported.',
    source:
      'Own reading: between three pods with newHosts, which a changed configuration can make, and with spreadHosts.',
  },
  spreadPeers: {
    default: 2,
    unit: 'workloads',
    minimum: 1,
    maximum: 100,
    description:
      'Distinct workloads, or addresses without one, among those hosts: a new client of one service is none.',
    source: 'Own reading: a headless service hands out the address of each of its pods.',
  },
  growth: {
    default: 4,
    unit: 'times',
    minimum: 1,
    maximum: 100,
    description: 'So many times as many such hosts after the infecting contact as before it.',
    source: 'Own reading of DSC: the contact comes first and the scan after it; one stray contact before is let pass.',
  },
  failedShare: {
    default: 0.5,
    unit: 'share',
    minimum: 0,
    maximum: 1,
    description:
      'Share of its first contacts on the port that must fail while its workload is not learned yet; a rule that matched counts as failed.',
    source: 'kubernetes-rules: most failed, or a signature hit.',
  },
  infected: {
    default: 3,
    unit: 'workloads',
    minimum: 2,
    maximum: 1000,
    description: 'Infected workloads in one tree from which it is reported.',
    source:
      'kubernetes-rules: three generations or infected workloads. GrIDS (Staniford-Chen et al. 1996) reports the tree shape.',
  },
  generations: {
    default: 3,
    unit: 'generations',
    minimum: 2,
    maximum: 100,
    description: 'Generations, patient zero the first, from which a tree is reported as well, and is high.',
    source: 'kubernetes-rules: three generations or infected workloads.',
  },
  highInfected: {
    default: 5,
    unit: 'pods',
    minimum: 2,
    maximum: 1000,
    description: 'Infected pods from which it is high with fewer generations too.',
    source: 'Own reading: patient zero and four it infected itself.',
  },
  windowMs: {
    default: 600_000,
    unit: 'ms',
    minimum: 30_000,
    maximum: 3_600_000,
    description: 'Within it an infected pod spreads after it was contacted; older contacts are forgotten.',
    source:
      'Own reading. GrIDS drops a graph that has been inactive for a time; worms that wait for days are not seen.',
  },
  activeMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'An outbreak is over when no infected pod has contacted another new host for so long.',
    source: 'Own reading: half of the window, so that a slow worm stays one alert.',
  },
} as const satisfies ParameterTable;

export type WormParameters = ParameterValues<typeof wormParameters>;
