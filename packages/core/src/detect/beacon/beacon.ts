import type { Detector } from '../detector.ts';
import { BeaconInstance } from './instance.ts';
import { beaconParameters } from './parameters.ts';
import { BEACON_MITRE } from './report.ts';

/** Regular connections, or regular bursts within one, to an address outside. docs/detectors/beacon.md. */
export const beacon: Detector<typeof beaconParameters> = {
  id: 'beacon',
  category: 'malware',
  mitre: BEACON_MITRE,
  default: 'observe',
  description: 'connections, or bursts within one connection, that reach an outside address in a rhythm',
  parameters: beaconParameters,
  needs: ['payload-bytes'],
  observes: ['connection', 'application'],
  observesConnection: ({ role, isOutside }) => role === 'client' && isOutside,
  yieldsTo: [
    { rule: 'brute-force', same: 'pair' },
    { rule: 'port-scan', same: 'pair' },
    { rule: 'slow-scan', same: 'source' },
    { rule: 'crypto-mining', same: 'pair' },
    { rule: 'reverse-shell', same: 'pair' },
  ],
  create: (parameters, context) => new BeaconInstance(parameters, context),
};
