/**
 * Random and changed samples through all parsers of payloads, from a seed that is printed: `npm run fuzz -- payload N [SEED]`.
 * Ends with status 1 and the sample in hexadecimal at the first that makes a parser throw or say more than it may.
 */
import { PAYLOAD_PARSERS } from '../packages/core/src/payload/parsers.ts';
import { fuzzAll } from '../packages/core/src/payload/testing/fuzz.ts';

/** Samples of each parser between two lines of news. */
const ROUND = 10_000;

/** @param samples of all parsers together, at least one round */
export function fuzzPayload(samples: number, seed: number): void {
  const began = Date.now();
  console.log(`${PAYLOAD_PARSERS.length} parsers, seed ${seed}`);
  let given = 0;
  let known = 0;
  for (let round = 0; given < samples; round++) {
    const each = Math.min(ROUND, Math.ceil((samples - given) / PAYLOAD_PARSERS.length));
    known += fuzzAll(each, seed + round * PAYLOAD_PARSERS.length);
    given += each * PAYLOAD_PARSERS.length;
    const seconds = (Date.now() - began) / 1000;
    const memory = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log(
      `${given.toLocaleString('en')} samples, ${known.toLocaleString('en')} known, ${seconds.toFixed(1)} s, ${memory} MB`,
    );
  }
}
