import type { Detector } from '../detector.ts';
import { ProtocolAnomalyInstance } from './instance.ts';
import { protocolAnomalyParameters } from './parameters.ts';
import { PROTOCOL_ANOMALY_MITRE } from './report.ts';

/** What is spoken where it does not belong. docs/detectors/protocol-anomaly.md. */
export const protocolAnomaly: Detector<typeof protocolAnomalyParameters> = {
  id: 'protocol-anomaly',
  category: 'malware',
  mitre: PROTOCOL_ANOMALY_MITRE,
  default: 'alert',
  description:
    'the wrong protocol on a port with a fixed meaning, DNS on an odd port, HTTP requests that no ordinary client sends',
  parameters: protocolAnomalyParameters,
  needs: ['application'],
  observes: ['application'],
  yieldsTo: [
    { rule: 'dns-tunnel', same: 'pair' },
    { rule: 'crypto-mining', same: 'pair' },
    { rule: 'reverse-shell', same: 'pair' },
  ],
  create: (parameters, context) => new ProtocolAnomalyInstance(parameters, context),
};
