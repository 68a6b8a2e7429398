/**
 * What the API server would say to an object, by the Kubernetes and Prometheus Operator schemas that npm packages carry: their
 * validators find missing and wrong values, their types, under the compiler, find fields that do not exist.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KubeObject } from './helm-run.ts';

const root = resolve(import.meta.dirname, '../../..');
const OPERATOR = '@kubernetes-models/prometheus-operator';

/** The module of an object's kind, by the way both packages are laid out. */
function moduleOf({ apiVersion, kind }: KubeObject): string {
  const from = apiVersion.startsWith('monitoring.coreos.com/') ? OPERATOR : 'kubernetes-models';
  return `${from}/${apiVersion}/${kind}`;
}

interface Model {
  /** Throws an error that names every problem. */
  validate(): void;
}

/** What is missing or wrong in an object: one line each, none when it is valid. A kind that there is not is wrong. */
export async function wrongValues(object: KubeObject): Promise<string[]> {
  try {
    const module = (await import(moduleOf(object))) as Record<string, new (data: KubeObject) => Model>;
    const model = module[object.kind];
    if (model === undefined) throw new Error('it has no schema');
    new model(object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata?.name}: ${(error as Error).message}`];
  }
}

/** Fields that do not exist, as the compiler tells them. All objects at once: it starts only once. */
export function unknownFields(objects: readonly KubeObject[]): string[] {
  const cache = join(root, 'node_modules/.cache/netguard');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'types-'));
  try {
    const lines = objects.flatMap((object, index) => {
      const type = `I${object.kind}`;
      return [
        `import type { ${type} as T${index} } from '${moduleOf(object)}';`,
        `export const o${index}: T${index} = ${JSON.stringify(object)};`,
      ];
    });
    writeFileSync(join(work, 'objects.ts'), `${lines.join('\n')}\n`);
    const options = '--noEmit --strict --skipLibCheck --ignoreConfig --pretty false --module nodenext --target es2024';
    const compiler = [
      join(root, 'node_modules/.bin/tsc'),
      ...options.split(' '),
      '--types',
      '',
      join(work, 'objects.ts'),
    ];
    try {
      execFileSync(process.execPath, compiler, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      return [];
    } catch (error) {
      return String((error as { stdout?: string }).stdout ?? error)
        .trim()
        .split('\n');
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
