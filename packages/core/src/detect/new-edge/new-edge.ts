import type { Detector } from '../detector.ts';
import { NewEdgeInstance } from './instance.ts';
import { newEdgeParameters } from './parameters.ts';
import { NEW_EDGE_MITRE } from './report.ts';

/** A workload talks to a workload and port, or a network outside, that it never did in its learning time. docs/detectors/new-edge.md. */
export const newEdge: Detector<typeof newEdgeParameters> = {
  id: 'new-edge',
  category: 'unauthorized-access',
  mitre: NEW_EDGE_MITRE,
  default: 'observe',
  description: 'a workload talks to a workload and port, or a network outside, that it never did before',
  parameters: newEdgeParameters,
  observes: ['connection', 'datagrams'],
  observesConnection: ({ isEstablished, isMoved }) => isEstablished && !isMoved,
  yieldsTo: [
    { rule: 'policy-violation', same: 'pair' },
    { rule: 'sensitive-endpoint', same: 'pair' },
    { rule: 'brute-force', same: 'pair' },
    { rule: 'port-scan', same: 'source' },
    { rule: 'host-sweep', same: 'source' },
    { rule: 'slow-scan', same: 'source' },
    { rule: 'exfiltration', same: 'pair' },
    { rule: 'beacon', same: 'pair' },
    { rule: 'worm-propagation', same: 'source', ifSamePorts: true },
  ],
  create: (parameters, context) => new NewEdgeInstance(parameters, context),
};
