import { contactsOf } from '../../contacts/contacts.ts';
import type { Detector } from '../detector.ts';
import { PortScanInstance } from './instance.ts';
import { portScanParameters } from './parameters.ts';
import { PORT_SCAN_MITRE } from './report.ts';

/** One source that tries many ports of one target. docs/detectors/port-scan.md. */
export const portScan: Detector<typeof portScanParameters> = {
  id: 'port-scan',
  category: 'scan',
  mitre: PORT_SCAN_MITRE,
  default: 'alert',
  description:
    'Many ports of one target tried by one source: SYN, connect, FIN, NULL, XMAS, ACK, Maimon, UDP and SCTP scans',
  parameters: portScanParameters,
  observes: ['connection', 'datagrams', 'listener', 'probe', 'denial'],
  observesConnection: ({ isMoved }) => !isMoved,
  reads: contactsOf,
  create: (parameters, context) => new PortScanInstance(parameters, context),
};
