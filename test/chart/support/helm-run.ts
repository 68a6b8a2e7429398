import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { helmPrograms } from '../../../tools/helm.ts';

export const CHART = resolve(import.meta.dirname, '../../../charts/netguard');
export const NAMESPACE = 'watchers';
export const RELEASE = 'netguard';
/** The oldest Kubernetes whose objects the tests know is older than this; helm's own default changes with helm. */
const KUBERNETES = '1.34.0';

/** A rendered object; tests look where they know something to be. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, checked against their schemas elsewhere.
export type KubeObject = any;

export interface RenderOptions {
  /** Names in ci/, without `-values.yaml`. */
  readonly ci?: string;
  readonly set?: readonly string[];
  /** Values as an object, over the others. */
  readonly values?: unknown;
  readonly chart?: string;
}

const run = promisify(execFile);

export function ciNames(): string[] {
  return readdirSync(join(CHART, 'ci')).map((name) => name.replace(/-values\.yaml$/, ''));
}

/** Runs helm, without configuration of whoever runs the test. Rejects with its standard error as message. */
export async function helm(args: readonly string[]): Promise<string> {
  try {
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', HELM_NO_PLUGINS: '1' };
    return (await run(helmPrograms().helm, args, { env, maxBuffer: 64e6 })).stdout;
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr || String(error));
  }
}

function valueArguments({ ci, set = [], values }: RenderOptions): string[] {
  return [
    ...(ci === undefined ? [] : ['--values', join(CHART, `ci/${ci}-values.yaml`)]),
    ...(values === undefined
      ? []
      : Object.entries(values as Record<string, unknown>).flatMap(([key, value]) => [
          '--set-json',
          `${key}=${JSON.stringify(value)}`,
        ])),
    ...set.flatMap((one) => ['--set', one]),
  ];
}

export function lint(options: RenderOptions): Promise<string> {
  return helm(['lint', '--strict', '--kube-version', KUBERNETES, CHART, ...valueArguments(options)]);
}

export function renderText(options: RenderOptions = {}): Promise<string> {
  const { chart = CHART } = options;
  const place = ['--namespace', NAMESPACE, '--kube-version', KUBERNETES];
  return helm(['template', RELEASE, chart, ...place, ...valueArguments(options)]);
}

/** The rendered objects. A key that stands twice, or YAML that is none, rejects. */
export async function render(options: RenderOptions = {}): Promise<KubeObject[]> {
  const documents = parseAllDocuments(await renderText(options), { uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const object = document.toJS();
    return object === null ? [] : [object];
  });
}

/** The only object of its kind. */
export function only(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}, not one`);
  return found[0];
}

/** What runs the agent: a DaemonSet, or the Deployment of the one that reads Hubble. */
export function workload(objects: readonly KubeObject[]): KubeObject {
  return only(objects, objects.some(({ kind }) => kind === 'Deployment') ? 'Deployment' : 'DaemonSet');
}

/** The ConfigMap that the agent reads, beside those of dashboards. */
export function configMap(objects: readonly KubeObject[]): KubeObject {
  return only(
    objects.filter(({ data }) => data?.['netguard.yaml'] !== undefined),
    'ConfigMap',
  );
}
