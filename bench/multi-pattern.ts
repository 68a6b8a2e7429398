/**
 * Megabytes a second of looking for many patterns at once: Vectorscan, the search of core, and each pattern by itself, in one
 * run. Patterns are the contents of the Emerging Threats rules, input are the payloads of captures; neither is part of the
 * project: NETGUARD_FEEDS and NETGUARD_CORPUS name their directories. No root. Run: `node bench/multi-pattern.ts`.
 */
import { resolve } from 'node:path';
import type { BytePattern, MultiPattern } from '@netguard/core';
import { makeAutomatonPatterns } from '@netguard/core';
import { chooseMultiPattern } from '../packages/agent/src/vectorscan/choose-multi-pattern.ts';
import { capturePayloads } from './support/capture-payloads.ts';
import { machineLine } from './support/machine.ts';
import { mebibytes, number, printTable, ratio } from './support/report.ts';
import { ruleContents, withDomains } from './support/rule-contents.ts';
import { size } from './support/sizes.ts';
import { threadTimeNs } from './support/thread-time.ts';

const shared = resolve(import.meta.dirname, '../../shared');
const feeds = process.env.NETGUARD_FEEDS ?? `${shared}/feeds`;
const samples = capturePayloads(process.env.NETGUARD_CORPUS ?? `${shared}/captures`, size(8_000_000, 200_000));
const contents = ruleContents(`${feeds}/et-open-bsd`);
const SETS = [contents.slice(0, 2000), contents, withDomains(contents, `${feeds}/maltrail`, 30_000)];
/** The naive search is given so many bytes: it is some thousand times slower. */
const NAIVE_BYTES = size(40_000, 4_000);

const bytes = samples.reduce((sum, sample) => sum + sample.length, 0);
const search = chooseMultiPattern();
console.log(
  `\n== multi-pattern\n${number(samples.length)} payloads, ${number(bytes / 1e6, 1)} MB; ${search.note}\n${machineLine()}`,
);
const rows: string[][] = [];
for (const patterns of SETS) rows.push(...compare(patterns));
printTable(
  ['', 'patterns', 'ms to make', 'MiB', 'bytes a pattern', 'MB/s', 'µs a payload', 'found in each', 'to naive'],
  rows,
);

interface Sized extends MultiPattern {
  readonly memoryBytes: number;
}

function compare(patterns: readonly BytePattern[]): string[][] {
  const naiveRate = naive(patterns);
  const made = [];
  if (search.engine === 'vectorscan')
    made.push(measure('Vectorscan', patterns, () => search.make(patterns) as Sized, naiveRate));
  made.push(measure('built-in', patterns, () => makeAutomatonPatterns(patterns), naiveRate));
  const row = ['one by one', number(patterns.length), '-', '-', '-', number(naiveRate / 1e6, 3), '-', '-', ratio(1)];
  return [...made, row];
}

function measure(name: string, patterns: readonly BytePattern[], make: () => Sized, naiveRate: number): string[] {
  const before = threadTimeNs();
  const made = make();
  const makingNs = threadTimeNs() - before;
  let found = 0;
  const pass = (): void => {
    for (const sample of samples) made.scan(sample, () => found++);
  };
  pass();
  found = 0;
  const begin = threadTimeNs();
  pass();
  const ns = threadTimeNs() - begin;
  const memory = made.memoryBytes;
  made.close();
  return [
    name,
    number(patterns.length),
    number(makingNs / 1e6),
    mebibytes(memory),
    number(memory / patterns.length),
    number((bytes * 1e3) / ns, 1),
    number(ns / 1e3 / samples.length, 2),
    number(found / samples.length, 1),
    ratio((bytes * 1e9) / ns / naiveRate),
  ];
}

/** Bytes a second of looking for each pattern in each payload with Buffer's own search. */
function naive(patterns: readonly BytePattern[]): number {
  const lowered = patterns.map(({ bytes: wanted, noCase }) => {
    const text = Buffer.from(wanted);
    return { noCase, bytes: noCase ? Buffer.from(text.toString('latin1').toLowerCase(), 'latin1') : text };
  });
  const step = Math.max(1, Math.floor(bytes / NAIVE_BYTES));
  let looked = 0;
  let found = 0;
  const begin = threadTimeNs();
  for (let index = 0; index < samples.length; index += step) {
    const sample = Buffer.from(samples[index]!);
    const lower = Buffer.from(sample.toString('latin1').toLowerCase(), 'latin1');
    for (const pattern of lowered) if ((pattern.noCase ? lower : sample).includes(pattern.bytes)) found++;
    looked += sample.length;
  }
  if (found === 0) throw new Error('nothing was found');
  return (looked * 1e9) / (threadTimeNs() - begin);
}
