import type { Detector } from '../detector.ts';
import { VolumeSurgeInstance } from './instance.ts';
import { volumeSurgeParameters } from './parameters.ts';
import { VOLUME_SURGE_MITRE } from './report.ts';

/** Far more traffic than a workload has learned to expect. docs/detectors/volume-surge.md. */
export const volumeSurge: Detector<typeof volumeSurgeParameters> = {
  id: 'volume-surge',
  category: 'flood',
  mitre: VOLUME_SURGE_MITRE,
  default: 'alert',
  description: 'bytes, packets or new conversations of a workload far over its learned baseline',
  parameters: volumeSurgeParameters,
  needs: ['payload-bytes', 'packet-counts'],
  observes: ['connection', 'datagrams'],
  yieldsTo: [
    ...(['syn-flood', 'udp-flood', 'icmp-flood', 'connection-flood', 'amplification', 'brute-force'] as const).map(
      (rule) => ({
        rule,
        same: 'target' as const,
      }),
    ),
    ...(
      ['port-scan', 'host-sweep', 'slow-scan', 'exfiltration', 'udp-flood', 'icmp-flood', 'connection-flood'] as const
    ).map((rule) => ({ rule, same: 'source' as const })),
  ],
  create: (parameters, context) => new VolumeSurgeInstance(parameters, context),
};
