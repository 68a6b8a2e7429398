import { PAYLOAD_PARSERS, type PayloadParser } from '../parsers.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { SEEDS } from './seeds.ts';

/** Characters that facts may have for each byte of a sample, and beside: `\ddd` of names, and what limits allow to unpack. */
const CHARACTERS_PER_BYTE = 8;
const CHARACTERS_BESIDE = 300_000;

/**
 * Gives a parser `samples` samples: messages that it knows, changed, and with one in eight bytes of no meaning. Throws with the
 * sample in hexadecimal when it throws or its facts have more text than limits allow. How many samples it knew.
 */
export function fuzzParser(parser: PayloadParser, samples: number, seed: number): number {
  const random = new Random(seed);
  const own = SEEDS.filter((each) => each.parser === parser.name && isFor(parser, each.transport));
  let known = 0;
  for (let count = 0; count < samples; count++) {
    const bytes = sample(random, own.length > 0 && random.below(8) > 0 ? own : SEEDS);
    const wireLength = bytes.length + (random.below(4) === 0 ? random.below(1500) : 0);
    if (parse(parser, bytes, wireLength, random.pick([true, false, undefined]))) known++;
  }
  return known;
}

/** All of them: what one thinks is its own may be another's. */
export function fuzzAll(samples: number, seed: number): number {
  let known = 0;
  for (const [index, parser] of PAYLOAD_PARSERS.entries()) known += fuzzParser(parser, samples, seed + index);
  return known;
}

function sample(random: Random, seeds: typeof SEEDS): Uint8Array {
  if (random.below(8) === 0) return random.bytes(random.below(200));
  return mutate(random.pick(seeds).bytes, random, random.pick(SEEDS).bytes);
}

function parse(parser: PayloadParser, bytes: Uint8Array, wireLength: number, toServer: boolean | undefined): boolean {
  try {
    const facts = parser.parse(bytes, wireLength, toServer);
    const characters = charactersOf(facts);
    const limit = CHARACTERS_BESIDE + bytes.length * CHARACTERS_PER_BYTE;
    if (characters > limit) throw new RangeError(`facts of ${characters} characters, at most ${limit}`);
    return facts.length > 0;
  } catch (cause) {
    const hex = Buffer.from(bytes).toString('hex');
    throw new Error(`${parser.name}, ${wireLength} bytes on the wire, to the server: ${toServer}: ${hex}`, { cause });
  }
}

function isFor(parser: PayloadParser, transport: 'TCP' | 'UDP'): boolean {
  return parser.transport === 'both' || parser.transport === transport;
}

/** Characters of all texts in facts; bytes are views of the sample. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 1;
  let sum = 0;
  for (const key in value) sum += charactersOf((value as Record<string, unknown>)[key]);
  return sum;
}
