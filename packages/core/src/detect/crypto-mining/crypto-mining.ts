import type { Detector } from '../detector.ts';
import { CryptoMiningInstance } from './instance.ts';
import { cryptoMiningParameters } from './parameters.ts';
import { CRYPTO_MINING_MITRE } from './report.ts';

/** Stratum, TLS to mining pools, look-ups of pools. docs/detectors/crypto-mining.md. */
export const cryptoMining: Detector<typeof cryptoMiningParameters> = {
  id: 'crypto-mining',
  category: 'malware',
  mitre: CRYPTO_MINING_MITRE,
  default: 'alert',
  description: 'the protocol of mining pools, TLS connections to pools or to their ports, and look-ups of their names',
  parameters: cryptoMiningParameters,
  needs: ['application'],
  observes: ['application', 'connection'],
  observesConnection: ({ role, isOutside, isEstablished }) => role === 'client' && isOutside && isEstablished,
  create: (parameters, context) => new CryptoMiningInstance(parameters, context),
};
