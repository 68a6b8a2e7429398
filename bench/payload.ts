/**
 * Processor time that parsers of payloads take for a sample: one of their own, and one of another protocol, which most samples
 * are to most parsers. Messages are those that tests begin with; all parsers together are what an unknown protocol costs.
 * Run: `node bench/payload.ts`
 */
import { PAYLOAD_PARSERS, type PayloadParser } from '../packages/core/src/payload/parsers.ts';
import { redactBytes } from '../packages/core/src/payload/redact/redact-bytes.ts';
import { Random } from '../packages/core/src/payload/testing/random.ts';
import { SEEDS, type Seed } from '../packages/core/src/payload/testing/seeds.ts';
import { number, printTable, title } from './support/report.ts';
import { size } from './support/sizes.ts';
import { median } from './support/statistics.ts';
import { threadTimeNs } from './support/thread-time.ts';

const ROUNDS = size(25, 3);
const SAMPLES = size(4000, 100);
/** Two segments of a protocol that nobody knows. */
const UNKNOWN_BYTES = 2896;

title('payload', `${ROUNDS} rounds of ${number(SAMPLES)} samples a parser, ${SEEDS.length} messages`);

let checksum = 0;

/** Median nanoseconds of one call. */
function cost(seeds: readonly Seed[], call: (seed: Seed) => number): number {
  const rounds: number[] = [];
  // The first rounds warm the compiler.
  for (let round = 0; round < ROUNDS + 5; round++) {
    const before = threadTimeNs();
    for (let count = 0; count < SAMPLES; count++) checksum += call(seeds[count % seeds.length]!);
    if (round >= 5) rounds.push((threadTimeNs() - before) / SAMPLES);
  }
  return median(rounds);
}

const parse =
  (parser: PayloadParser) =>
  ({ bytes, toServer }: Seed): number =>
    parser.parse(bytes, bytes.length, toServer).length;

const rows = PAYLOAD_PARSERS.map((parser) => {
  const isOwn = ({ parser: name, transport }: Seed): boolean =>
    name === parser.name && (parser.transport === 'both' || parser.transport === transport);
  const own = SEEDS.filter(isOwn);
  const others = SEEDS.filter((seed) => !isOwn(seed));
  const bytes = own.reduce((sum, seed) => sum + seed.bytes.length, 0) / own.length;
  const [known, foreign] = [cost(own, parse(parser)), cost(others, parse(parser))];
  return [`${parser.name}, ${parser.transport}`, number(bytes), number(known), number(1e9 / known), number(foreign)];
});
printTable(['parser', 'bytes', 'own, ns', 'own, samples/s', "another's, ns"], rows);

const unknown: Seed[] = [{ parser: '', transport: 'TCP', toServer: true, bytes: new Random(1).bytes(UNKNOWN_BYTES) }];
const all = cost(unknown, (seed) => PAYLOAD_PARSERS.reduce((sum, parser) => sum + parse(parser)(seed), 0));
const http = SEEDS.filter(({ parser }) => parser === 'http');
const redacted = cost(http, ({ bytes }) => redactBytes(bytes).length);
printTable(
  ['', 'ns'],
  [
    [`all parsers, ${number(UNKNOWN_BYTES)} bytes that none knows`, number(all)],
    ['redacting a head of HTTP', number(redacted)],
  ],
);
console.log(`(${checksum})`);
