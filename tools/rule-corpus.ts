/**
 * Holds the same Suricata rules against the same captures, once with Suricata and once with NetGuard, and says which of
 * Suricata's alerts NetGuard raises, which not and why. Suricata sees of each capture what NetGuard samples: the first two
 * payload segments of each direction, and every DNS message; a second run sees all, for comparison.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultConfig, readRuleFiles, replayCaptures } from '@netguard/agent';
import { type RuleSource, ruleCoverage } from '@netguard/core';
import { readIndex } from './corpus/corpus-index.ts';
import { compareRules, type SidComparison } from './rule-corpus/compare-rules.ts';
import { firstSegments } from './rule-corpus/first-segments.ts';
import { raisedKey } from './rule-corpus/raised-key.ts';
import { runSuricata } from './rule-corpus/suricata.ts';

const root = resolve(import.meta.dirname, '..');
const ANY = { HOME_NET: 'any', EXTERNAL_NET: 'any' };
const FEEDS = ['et-open-bsd/2025-08', 'et-open-bsd/2019-08', 'corelight'].map((name) =>
  join(root, '../shared/feeds', name),
);
const USAGE = `usage: npm run corpus:rules [-- RULES…]
  RULES   rule files, or directories of *.rules (those of ../shared/feeds unless given)
NETGUARD_CORPUS names the directory of captures with an INDEX.tsv (../shared/captures unless set). Needs Suricata:
apt-get install suricata`;

const given = process.argv.slice(2);
if (given.some((word) => word.startsWith('-'))) {
  console.error(USAGE);
  process.exit(given.includes('--help') || given.includes('-h') ? 0 : 2);
}
const directory = process.env.NETGUARD_CORPUS ?? join(root, '../shared/captures');
if (!existsSync(join(directory, 'INDEX.tsv'))) {
  console.error(
    `There is no corpus at ${directory}: set NETGUARD_CORPUS to a directory of captures with an INDEX.tsv.`,
  );
  process.exit(1);
}
await main(given.length > 0 ? given : FEEDS);

async function main(names: readonly string[]): Promise<void> {
  const sources = readRuleFiles(names);
  const variables = { addresses: ANY };
  const coverage = ruleCoverage(sources, { variables });
  const refused = new Map(
    coverage.refusedBy.flatMap(({ keyword, problems }) => problems.map(({ sid }) => [sid ?? 0, keyword] as const)),
  );
  console.log(`NetGuard: ${coverage.loaded} rules loaded, ${coverage.refused} refused`);
  const files = readIndex(directory).map(({ file }) => join(directory, file));
  const began = performance.now();
  const netguard = await raisedByNetGuard(files, names);
  console.log(
    `NetGuard: ${files.length} captures in ${seconds(performance.now() - began)} s, with compiling the rules`,
  );
  const [sampled, whole] = raisedBySuricata(files, sources);
  const rows = compareRules(sampled, netguard);
  const messages = messagesOf(sources);
  const named = (row: SidComparison) => `${row.sid}  ${messages.get(row.sid) ?? ''}`;
  const sum = (of: (row: SidComparison) => number): number => rows.reduce((total, row) => total + of(row), 0);
  console.log(`\nalerts, each once a rule and conversation`);
  console.log(
    `  Suricata, of what is sampled   ${sum((row) => row.suricata)} by ${count(rows, (row) => row.suricata)} rules`,
  );
  console.log(`  of these NetGuard raises       ${sum((row) => row.both)} by ${count(rows, (row) => row.both)} rules`);
  console.log(
    `  NetGuard                       ${sum((row) => row.netguard)} by ${count(rows, (row) => row.netguard)} rules`,
  );
  console.log(`  Suricata, of the whole         ${whole.size}`);
  console.log('\nraised by Suricata only:');
  for (const row of rows.filter((each) => each.suricata > each.both))
    console.log(`  ${row.suricata - row.both} of ${row.suricata}  ${named(row)}${why(refused.get(row.sid))}`);
  console.log('\nraised by NetGuard only:');
  for (const row of rows.filter((each) => each.netguard > each.both))
    console.log(`  ${row.netguard - row.both} of ${row.netguard}  ${named(row)}`);
}

async function raisedByNetGuard(files: readonly string[], rules: readonly string[]): Promise<Map<string, number>> {
  const raised = new Map<string, number>();
  const defaults = defaultConfig();
  const config = { ...defaults, node: 'corpus', rules: { ...defaults.rules, files: [...rules], variables: ANY } };
  const { failure } = await replayCaptures({
    config,
    files,
    onObservation: (seen) => {
      if (seen.kind !== 'signature') return;
      const key = raisedKey(seen.signature.sid, seen.local, seen.remote);
      raised.set(key, (raised.get(key) ?? 0) + 1);
    },
  });
  if (failure !== undefined) console.error(failure instanceof Error ? failure.message : failure);
  return raised;
}

function raisedBySuricata(files: readonly string[], sources: readonly RuleSource[]) {
  const temporary = mkdtempSync(join(tmpdir(), 'netguard-rules-'));
  try {
    const ruleFile = join(temporary, 'all.rules');
    writeFileSync(ruleFile, Buffer.concat(sources.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])));
    const named = (read: (file: string) => Uint8Array) =>
      new Map(files.map((file, index) => [`${String(index).padStart(4, '0')}.pcap`, read(file)]));
    return [named(firstSegments), named((file) => readFileSync(file))].map((captures, index) => {
      const { version, loaded, alerts, seconds: took } = runSuricata(captures, ruleFile);
      if (index === 0) console.log(`${version.replace('This is ', '')}: ${loaded}`);
      console.log(
        `Suricata: ${index === 0 ? 'what is sampled' : 'the whole'} in ${took.toFixed(1)} s, with loading the rules`,
      );
      return alerts;
    }) as [ReadonlyMap<string, number>, ReadonlyMap<string, number>];
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function messagesOf(sources: readonly RuleSource[]): Map<number, string> {
  const messages = new Map<number, string>();
  for (const { bytes } of sources) {
    for (const line of Buffer.from(bytes).toString('latin1').split('\n')) {
      const sid = /[;(\s]sid:\s*(\d+)/.exec(line)?.[1];
      if (sid !== undefined) messages.set(Number(sid), /msg:\s*"([^"]*)"/.exec(line)?.[1] ?? '');
    }
  }
  return messages;
}

function count(rows: readonly SidComparison[], of: (row: SidComparison) => number): number {
  return rows.filter((row) => of(row) > 0).length;
}

function why(keyword: string | undefined): string {
  return keyword === undefined ? '' : `  (refused: ${keyword})`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
