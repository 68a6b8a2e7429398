import type { Detector } from '../detector.ts';
import { IcmpFloodInstance } from './instance.ts';
import { icmpFloodParameters } from './parameters.ts';
import { ICMP_FLOOD_MITRE } from './report.ts';

/** Echo requests and other ICMP at a rate no monitor has. docs/detectors/icmp-flood.md. */
export const icmpFlood: Detector<typeof icmpFloodParameters> = {
  id: 'icmp-flood',
  category: 'flood',
  mitre: ICMP_FLOOD_MITRE,
  default: 'alert',
  description: 'ICMP or ICMPv6 echo requests, unsolicited replies or errors over a floor at one workload',
  parameters: icmpFloodParameters,
  needs: ['packet-counts'],
  observes: ['datagrams', 'datagram-total'],
  create: (parameters, context) => new IcmpFloodInstance(parameters, context),
};
