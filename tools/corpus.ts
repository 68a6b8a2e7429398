/**
 * Replays every capture of the corpus and says, per category, what was found and what was a false alarm, beside Suricata.
 * The captures are no part of the project: NETGUARD_CORPUS names their directory, INDEX.tsv in it what they hold.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compileRuleFiles, defaultConfig } from '@netguard/agent';
import { readIndex } from './corpus/corpus-index.ts';
import { categoryTable, fileTable } from './corpus/corpus-tables.ts';
import { judge, type Outcome } from './corpus/judge.ts';
import { writeAccuracy } from './corpus/write-accuracy.ts';

const root = resolve(import.meta.dirname, '..');
const USAGE = `usage: npm run corpus [-- OPTIONS]
  --files          one capture a row, with the rules that spoke
  --rules FILE     Suricata rules, a file or a directory of *.rules; may be repeated
  --category NAME  only captures of this category of INDEX.tsv
  --write          write the table into docs/accuracy.md
NETGUARD_CORPUS names the directory of captures with an INDEX.tsv (../shared/captures unless set).`;

const values = readArguments();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const directory = process.env.NETGUARD_CORPUS ?? join(root, '../shared/captures');
if (!existsSync(join(directory, 'INDEX.tsv'))) {
  console.error(
    `There is no corpus at ${directory}: set NETGUARD_CORPUS to a directory of captures with an INDEX.tsv.`,
  );
  process.exit(1);
}

const entries = readIndex(directory).filter(
  ({ category }) => values.category === undefined || category === values.category,
);
if (entries.length === 0) {
  console.error(`The corpus has no captures${values.category === undefined ? '' : ` of category ${values.category}`}.`);
  process.exit(1);
}
const ruleNames = values.rules ?? [];
const rules =
  ruleNames.length === 0
    ? undefined
    : compileRuleFiles({
        ...defaultConfig().rules,
        files: ruleNames,
        variables: { HOME_NET: 'any', EXTERNAL_NET: 'any' },
      });
const outcomes: Outcome[] = [];
for (const entry of entries) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${outcomes.length + 1} of ${entries.length}  ${entry.file}`);
  outcomes.push(await judge(entry, directory, rules));
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');

if (values.files) console.log(`${fileTable(outcomes).join('\n')}\n`);
console.log(categoryTable(outcomes).join('\n'));
const packets = outcomes.reduce((sum, outcome) => sum + outcome.packets, 0);
const seconds = outcomes.reduce((sum, outcome) => sum + outcome.tookMs, 0) / 1000;
console.log(
  `\n${packets.toLocaleString('en')} packets in ${seconds.toFixed(1)} s, ${Math.round(packets / seconds).toLocaleString('en')}/s`,
);
const unread = outcomes.filter(({ failure }) => failure !== undefined);
for (const { entry, failure } of unread)
  console.error(`${entry.file}: ${failure instanceof Error ? failure.message : failure}`);
if (values.write) {
  if (values.category !== undefined) console.error('--write needs all categories.');
  else console.log(`\nwrote ${writeAccuracy(root, outcomes)}`);
}
process.exitCode = unread.length > 0 ? 1 : 0;

function readArguments() {
  try {
    return parseArgs({
      options: {
        files: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        category: { type: 'string' },
        rules: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}
