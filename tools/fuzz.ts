/** Long runs of what tests do for a moment: `npm run fuzz -- payload N [SEED]`. */
import { fuzzPayload } from './fuzz-payload.ts';

const [what, samples = '1000000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (what !== 'payload' || !/^\d+$/.test(samples) || !/^\d+$/.test(seed)) {
  console.error('usage: npm run fuzz -- payload [SAMPLES [SEED]]');
  process.exit(2);
}
fuzzPayload(Number(samples), Number(seed));
