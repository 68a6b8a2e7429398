import { contactsOf } from '../../contacts/contacts.ts';
import type { Detector } from '../detector.ts';
import { SlowScanInstance } from './instance.ts';
import { slowScanParameters } from './parameters.ts';
import { SLOW_SCAN_MITRE } from './report.ts';

/** A scan paced to stay below the thresholds of a minute. docs/detectors/slow-scan.md. */
export const slowScan: Detector<typeof slowScanParameters> = {
  id: 'slow-scan',
  category: 'scan',
  mitre: SLOW_SCAN_MITRE,
  default: 'alert',
  description: 'Many ports or hosts tried by one source within an hour, never many in one minute',
  parameters: slowScanParameters,
  observes: ['connection', 'datagrams', 'probe', 'denial'],
  observesConnection: ({ isMoved }) => !isMoved,
  reads: contactsOf,
  yieldsTo: [
    { rule: 'port-scan', same: 'source' },
    { rule: 'host-sweep', same: 'source' },
    { rule: 'worm-propagation', same: 'source', ifSamePorts: true },
  ],
  create: (parameters, context) => new SlowScanInstance(parameters, context),
};
