import type { Detector } from '../detector.ts';
import { DnsTunnelInstance } from './instance.ts';
import { dnsTunnelParameters } from './parameters.ts';
import { DNS_TUNNEL_MITRE } from './report.ts';

/** Data in the names and answers of DNS. docs/detectors/dns-tunnel.md. */
export const dnsTunnel: Detector<typeof dnsTunnelParameters> = {
  id: 'dns-tunnel',
  category: 'malware',
  mitre: DNS_TUNNEL_MITRE,
  default: 'alert',
  description: 'a workload that sends or fetches data in DNS names and answers (iodine, dnscat2, dns2tcp and the like)',
  parameters: dnsTunnelParameters,
  needs: ['application'],
  observes: ['application'],
  create: (parameters, context) => new DnsTunnelInstance(parameters, context),
};
