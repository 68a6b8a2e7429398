/**
 * Suricata rules over the public captures, by NetGuard and by Suricata in one run, with the same rules, each on one thread: what
 * a pass over the captures costs (for Suricata more passes in one run, as other VLANs, less one pass, so that loading is not
 * in it), what the rules add to it, and what 10,000 rules take of memory. Both are given what NetGuard samples: the first two payload segments each way.
 * Rules and captures are no part of the project: NETGUARD_FEEDS and NETGUARD_CORPUS name their directories. No root.
 * Run: `node --expose-gc bench/rules.ts`; Suricata is left out where it is not installed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compileRuleFiles, defaultConfig, readRuleFiles, replayCaptures } from '@netguard/agent';
import { PayloadInspector, type PayloadObservation, type RuleSet } from '@netguard/core';
import { readIndex } from '../tools/corpus/corpus-index.ts';
import { firstSegments } from '../tools/rule-corpus/first-segments.ts';
import { machineLine } from './support/machine.ts';
import { mebibytes, number, printTable, ratio } from './support/report.ts';
import { isQuick, size } from './support/sizes.ts';
import { suricataCost } from './support/suricata-run.ts';
import { threadTimeNs } from './support/thread-time.ts';
import { vlanTagged } from './support/vlan-tagged.ts';

const shared = resolve(import.meta.dirname, '../../shared');
const corpus = process.env.NETGUARD_CORPUS ?? join(shared, 'captures');
const feeds = process.env.NETGUARD_FEEDS ?? join(shared, 'feeds');
const RULES = ['et-open-bsd/2025-08', 'et-open-bsd/2019-08', 'corelight'].map((name) => join(feeds, name));
const PASSES = size(6, 2);
const ROUNDS = size(20, 1);
const ANY = { HOME_NET: 'any', EXTERNAL_NET: 'any' };
const MEASURED_RULES = 10_000;

console.log(`\n== rules\none thread each; HOME_NET and EXTERNAL_NET any\n${machineLine()}`);
if (isQuick) console.log('BENCH_QUICK=1: small sizes, the figures mean nothing.');
const directory = mkdtempSync(join(tmpdir(), 'netguard-bench-rules-'));
try {
  await run();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const files = readIndex(corpus).map(({ file }) => join(corpus, file));
  const one = write('one', files, 1);
  const many = write('many', files, PASSES);
  const ruleFile = join(directory, 'all.rules');
  writeFileSync(ruleFile, Buffer.concat(readRuleFiles(RULES).flatMap(({ bytes }) => [bytes, Buffer.from('\n')])));
  const before = residentBytes();
  const rules = compileRuleFiles({ ...defaultConfig().rules, files: RULES, variables: ANY });
  if (rules === undefined) throw new Error('there are no rules');
  const grown = residentBytes() - before;
  const samples = await samplesOf(one);
  matching(samples, rules);
  const suricata = await suricataPass(one, many, ruleFile);
  const bare = await suricataPass(one, many, undefined);
  const netguard = await replayPass(one, rules);
  const without = await replayPass(one, undefined);
  const row = (name: string, pass: number, passWithout: number): string[] => [
    name,
    number(pass * 1000),
    number(passWithout * 1000),
    number((pass - passWithout) * 1000),
    ratio(pass / netguard),
  ];
  printTable(
    ['a pass over the captures', 'ms with rules', 'ms without', 'the rules', 'to NetGuard'],
    [
      row('netguard replay', netguard, without),
      ...(suricata === undefined || bare === undefined ? [] : [row('suricata', suricata.pass, bare.pass)]),
    ],
  );
  const each = (bytes: number, count: number): string => mebibytes((bytes / count) * MEASURED_RULES);
  printTable(
    ['memory', 'rules', 'MiB', `MiB of ${number(MEASURED_RULES)} rules`],
    [
      ['netguard', number(rules.size), mebibytes(grown), each(grown, rules.size)],
      ...(suricata === undefined || bare === undefined
        ? []
        : [
            [
              'suricata, at its peak',
              number(rules.size),
              mebibytes(suricata.peak - bare.peak),
              each(suricata.peak - bare.peak, rules.size),
            ],
          ]),
    ],
  );
  rules.close();
}

/** The rules alone, behind parsers and the joining of segments. */
function matching(samples: readonly PayloadObservation[], rules: RuleSet): void {
  const bytes = samples.reduce((sum, sample) => sum + sample.bytes.length, 0) * ROUNDS;
  const count = samples.length * ROUNDS;
  const rows = (
    [
      ['parsers', undefined],
      ['parsers and rules', rules],
    ] as const
  ).map(([name, set]) => {
    inspect(samples, set, 1);
    const ns = inspect(samples, set, ROUNDS);
    return [name, number(count / (ns / 1e9)), number(bytes / 1e6 / (ns / 1e9), 1), number(ns / count / 1000, 1)];
  });
  printTable([`${number(rules.size)} rules over samples`, 'samples/s', 'MB/s', 'µs a sample'], rows);
}

function inspect(samples: readonly PayloadObservation[], rules: RuleSet | undefined, rounds: number): number {
  const begin = threadTimeNs();
  for (let round = 0; round < rounds; round++) {
    const inspector = new PayloadInspector({ observe: () => {} });
    inspector.rules = rules;
    for (const sample of samples) inspector.sample(sample);
    inspector.advance(Number.MAX_SAFE_INTEGER);
  }
  return threadTimeNs() - begin;
}

async function samplesOf(files: readonly string[]): Promise<PayloadObservation[]> {
  const samples: PayloadObservation[] = [];
  const onObservation = (seen: { readonly kind: string }): void => {
    if (seen.kind !== 'payload') return;
    const sample = seen as PayloadObservation;
    samples.push({ ...sample, bytes: Uint8Array.from(sample.bytes) });
  };
  await replayCaptures({ config: { ...defaultConfig(), node: 'bench' }, files, onObservation });
  return samples;
}

/** Each pass by itself: VLANs do not part conversations here. */
async function replayPass(one: readonly string[], rules: RuleSet | undefined): Promise<number> {
  const pass = async (): Promise<number> => {
    const begin = threadTimeNs();
    await replayCaptures({ config: { ...defaultConfig(), node: 'bench' }, files: one, ...(rules && { rules }) });
    return (threadTimeNs() - begin) / 1e9;
  };
  await pass();
  let seconds = 0;
  for (let nth = 0; nth < PASSES; nth++) seconds += await pass();
  return seconds / PASSES;
}

async function suricataPass(one: readonly string[], many: readonly string[], rules: string | undefined) {
  const [first, all] = [await suricataCost(parent(one), rules), await suricataCost(parent(many), rules)];
  if (first === undefined || all === undefined) return undefined;
  return { pass: (all.cpuSeconds - first.cpuSeconds) / (PASSES - 1), peak: first.peakBytes };
}

/** Writes what is sampled of the captures, so many times, into a directory of its own. */
function write(name: string, files: readonly string[], copies: number): string[] {
  mkdirSync(join(directory, name));
  const contents = files.map(firstSegments).filter((bytes) => bytes.length > 0);
  return Array.from({ length: copies }, (_, copy) => copy).flatMap((copy) =>
    contents.map((bytes, index) => {
      const file = join(directory, name, `${copy}-${String(index).padStart(4, '0')}.pcap`);
      writeFileSync(file, vlanTagged(bytes, copy + 1));
      return file;
    }),
  );
}

function parent(files: readonly string[]): string {
  return join(files[0] ?? '', '..');
}

function residentBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return process.memoryUsage.rss();
}
