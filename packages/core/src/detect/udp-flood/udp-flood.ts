import type { Detector } from '../detector.ts';
import { UdpFloodInstance } from './instance.ts';
import { udpFloodParameters } from './parameters.ts';
import { UDP_FLOOD_MITRE } from './report.ts';

/** UDP datagrams that a workload neither asked for nor answers, at a rate. docs/detectors/udp-flood.md. */
export const udpFlood: Detector<typeof udpFloodParameters> = {
  id: 'udp-flood',
  category: 'flood',
  mitre: UDP_FLOOD_MITRE,
  default: 'alert',
  description: 'UDP datagrams over a floor that their target neither asked for nor answers, also to closed ports',
  parameters: udpFloodParameters,
  observes: ['datagrams', 'datagram-total', 'probe', 'drop'],
  yieldsTo: [{ rule: 'amplification', same: 'target' }],
  create: (parameters, context) => new UdpFloodInstance(parameters, context),
};
