/**
 * Writes what the chart has from one source, tools/chart/values.ts and the program itself: values.yaml, values.schema.json, the
 * table of its README and templates/_program.gen.tpl. `--check` compares instead of writing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { programTemplate } from './chart/program-facts.ts';
import { valuesJsonSchema } from './chart/values-json-schema.ts';
import { valuesTable } from './chart/values-table.ts';
import { valuesYaml } from './chart/values-yaml.ts';

const CHART = new URL('../charts/netguard/', import.meta.url);
const BEGIN = '<!-- begin values -->\n';
const END = '\n<!-- end values -->';

/** The README with its table replaced. */
function readme(): string {
  const text = readFileSync(new URL('README.md', CHART), 'utf8');
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  if (to < from) throw new Error(`charts/netguard/README.md has no ${BEGIN.trim()} … ${END.trim()}`);
  return text.slice(0, from) + valuesTable() + text.slice(to);
}

const files: Readonly<Record<string, string>> = {
  'values.yaml': `${valuesYaml()}\n`,
  'values.schema.json': `${JSON.stringify(valuesJsonSchema(), null, 1)}\n`,
  'README.md': readme(),
  'templates/_program.gen.tpl': programTemplate(),
};

const isCheck = process.argv.includes('--check');
const different = Object.entries(files).filter(([name, wanted]) => read(name) !== wanted);
if (!isCheck) for (const [name, wanted] of different) writeFileSync(new URL(name, CHART), wanted);
if (isCheck && different.length > 0) {
  const names = different.map(([name]) => `charts/netguard/${name}`).join(', ');
  console.error(`error: ${names} differ from tools/chart and the program; run \`npm run generate\``);
  process.exit(1);
}
console.log(
  isCheck ? 'chart: values, schema, README and program facts match their source' : `wrote ${different.length} files`,
);

function read(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, CHART), 'utf8');
  } catch {
    return undefined;
  }
}
