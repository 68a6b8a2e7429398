/**
 * Writes charts/netguard/dashboards/*.json. `--check` writes nothing and ends with status 1 where a file is not what would be
 * written.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directory, files } from './dashboards.ts';

/** Names of files in `directory` that are missing, differ, or belong to no dashboard. */
export function drifted(wanted = files()): string[] {
  const present = new Set(readdirSync(directory));
  const differing = [...wanted].flatMap(([name, text]) =>
    present.delete(name) && readFileSync(join(directory, name), 'utf8') === text ? [] : [name],
  );
  return [...differing, ...present];
}

function write(wanted: ReadonlyMap<string, string>): void {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) if (!wanted.has(name)) rmSync(join(directory, name));
  for (const [name, text] of wanted) writeFileSync(join(directory, name), text);
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const names = drifted();
    for (const name of names) console.error(`charts/netguard/dashboards/${name} is not what deploy/grafana/src makes`);
    if (names.length > 0) {
      console.error('run `npm run generate` and commit what it wrote');
      process.exitCode = 1;
    }
  } else {
    write(files());
  }
}
