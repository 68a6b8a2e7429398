import type { Detector } from '../detector.ts';
import { SynFloodInstance } from './instance.ts';
import { synFloodParameters } from './parameters.ts';
import { SYN_FLOOD_MITRE } from './report.ts';

/** Many first SYNs at one listener, or from one source, whose handshakes do not complete. docs/detectors/syn-flood.md. */
export const synFlood: Detector<typeof synFloodParameters> = {
  id: 'syn-flood',
  category: 'flood',
  mitre: SYN_FLOOD_MITRE,
  default: 'alert',
  description: 'TCP connection requests over a floor whose handshakes do not complete, per listener and per source',
  parameters: synFloodParameters,
  needs: ['handshakes'],
  observes: ['connection', 'datagrams', 'listener', 'probe', 'syn-source'],
  observesConnection: ({ role, isMoved }) => role !== 'unknown' && !isMoved,
  create: (parameters, context) => new SynFloodInstance(parameters, context),
};
