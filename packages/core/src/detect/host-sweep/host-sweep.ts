import { contactsOf } from '../../contacts/contacts.ts';
import type { Detector } from '../detector.ts';
import { HostSweepInstance } from './instance.ts';
import { hostSweepParameters } from './parameters.ts';
import { HOST_SWEEP_MITRE } from './report.ts';

/** One source that tries many hosts, most of which do not answer. docs/detectors/host-sweep.md. */
export const hostSweep: Detector<typeof hostSweepParameters> = {
  id: 'host-sweep',
  category: 'scan',
  mitre: HOST_SWEEP_MITRE,
  default: 'alert',
  description: 'Many hosts tried by one source, most first contacts failing: the sequential test TRW',
  parameters: hostSweepParameters,
  observes: ['connection', 'datagrams', 'probe', 'denial'],
  observesConnection: ({ isMoved }) => !isMoved,
  reads: contactsOf,
  // Many ports of many hosts are one cause, and port-scan names them better.
  yieldsTo: [
    { rule: 'port-scan', same: 'source' },
    { rule: 'worm-propagation', same: 'source', ifSamePorts: true },
  ],
  create: (parameters, context) => new HostSweepInstance(parameters, context),
};
