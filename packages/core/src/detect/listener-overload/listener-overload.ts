import type { Detector } from '../detector.ts';
import { ListenerOverloadInstance } from './instance.ts';
import { listenerOverloadParameters } from './parameters.ts';

/** An application that accepts connections too slowly: what looks like a flood and is not. docs/detectors/listener-overload.md. */
export const listenerOverload: Detector<typeof listenerOverloadParameters> = {
  id: 'listener-overload',
  category: 'health',
  mitre: [],
  default: 'alert',
  description: 'Connection requests of real clients turned away because the application does not accept fast enough',
  parameters: listenerOverloadParameters,
  needs: ['listener-queues'],
  observes: ['connection', 'listener'],
  observesConnection: ({ role, isEstablished, isMoved }) => role === 'server' && isEstablished && !isMoved,
  create: (parameters, context) => new ListenerOverloadInstance(parameters, context),
};
