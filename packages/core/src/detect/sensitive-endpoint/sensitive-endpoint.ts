import type { Detector } from '../detector.ts';
import { SensitiveEndpointInstance } from './instance.ts';
import { sensitiveEndpointParameters } from './parameters.ts';
import { SENSITIVE_ENDPOINT_MITRE } from './report.ts';

/** First contact of a workload with the control plane or cloud metadata. docs/detectors/sensitive-endpoint.md. */
export const sensitiveEndpoint: Detector<typeof sensitiveEndpointParameters> = {
  id: 'sensitive-endpoint',
  category: 'unauthorized-access',
  mitre: SENSITIVE_ENDPOINT_MITRE,
  default: 'alert',
  description:
    'First contact of a workload with the API server, a kubelet, etcd, cloud metadata, a container runtime or the dashboard',
  parameters: sensitiveEndpointParameters,
  observes: ['connection'],
  observesConnection: ({ role, isMoved }) => role === 'client' && !isMoved,
  create: (parameters, context) => new SensitiveEndpointInstance(parameters, context),
};
