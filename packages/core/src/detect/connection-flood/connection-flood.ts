import type { Detector } from '../detector.ts';
import { ConnectionFloodInstance } from './instance.ts';
import { connectionFloodParameters } from './parameters.ts';
import { CONNECTION_FLOOD_MITRE } from './report.ts';

/** Completed connections: too many a second, that carry nothing, or that are held open. docs/detectors/connection-flood.md. */
export const connectionFlood: Detector<typeof connectionFloodParameters> = {
  id: 'connection-flood',
  category: 'flood',
  mitre: CONNECTION_FLOOD_MITRE,
  default: 'alert',
  description: 'Completed connections of one source over a floor, hollow ones, and slow ones that hold a server',
  parameters: connectionFloodParameters,
  observes: ['connection'],
  observesConnection: ({ isEstablished }) => isEstablished,
  yieldsTo: [{ rule: 'syn-flood', same: 'target' }],
  create: (parameters, context) => new ConnectionFloodInstance(parameters, context),
};
