import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LabIdentities } from '../../packages/cli/src/lab/identities.ts';

/** `built` is dist/, what is shipped; `source` is TypeScript as it stands in the checkout. */
export type AgentForm = 'built' | 'source';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = { built: join(root, 'dist/bin/netguard'), source: join(root, 'packages/cli/bin/netguard') } as const;
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 11_000;

/** The built form when there is one, else the sources. */
export function bestForm(): AgentForm {
  return existsSync(programs.built) ? 'built' : 'source';
}

/** Forms that can be started, the built one first; says when a form is missing and how old the build is. */
export function forms(): AgentForm[] {
  if (!existsSync(programs.built)) {
    console.log('no dist/: `npm run build` makes the built form; measuring the sources only');
    return ['source'];
  }
  console.log(`dist/ was built at ${statSync(join(root, 'dist/main.js')).mtime.toISOString().slice(0, 16)} UTC`);
  return ['built', 'source'];
}

export interface AgentOptions {
  readonly form?: AgentForm;
  /** Keys of `sources.ebpf`. */
  readonly ebpf?: Readonly<Record<string, number>>;
  readonly identities?: LabIdentities;
  /** Other sections of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * `netguard run` as a process of its own, on a free port. Steady state unless `ebpf` says otherwise: the temporary programs of
 * its first two minutes are off (`seedSeconds: 0`).
 */
export class AgentProcess implements AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  readonly #end: () => Promise<void>;

  private constructor(pid: number, url: string, end: () => Promise<void>) {
    this.pid = pid;
    this.url = url;
    this.#end = end;
  }

  /** Resolves once its programs are attached. */
  static async start({
    form = bestForm(),
    ebpf = {},
    identities,
    config: more = {},
  }: AgentOptions = {}): Promise<AgentProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'netguard-bench-'));
    const config = join(directory, 'config.yaml');
    const file = join(directory, 'identities.yaml');
    if (identities) writeFileSync(file, JSON.stringify(identities));
    const settings = {
      apiVersion: 'netguard/v1',
      stateDir: join(directory, 'state'),
      server: { listen: '127.0.0.1:0' },
      log: { format: 'json' },
      sources: { ebpf: { seedSeconds: 0, ...ebpf } },
      identity: identities ? { file } : {},
      ...more,
    };
    writeFileSync(config, JSON.stringify(settings));
    const child = spawn(programs[form], ['run', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
    const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const end = async (): Promise<void> => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exit;
      clearTimeout(timer);
      rmSync(directory, { recursive: true, force: true });
    };
    let said = '';
    try {
      const url = await new Promise<string>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`the agent was not ready in time: ${said}`)), START_WITHIN_MS);
        createInterface({ input: child.stderr }).on('line', (line) => {
          said = (said + line).slice(-2000);
          const found = /"url":"(http:[^"]+)"/.exec(line)?.[1];
          if (found !== undefined) resolve(found);
        });
        void exit.then(() => reject(new Error(`the agent ended: ${said}`)));
        exit.finally(() => clearTimeout(timer));
        timer.unref();
      });
      return new AgentProcess(child.pid ?? 0, url, end);
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** Answer of an API path as JSON. */
  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  }

  /** A counter of /metrics by the value of one of its labels. */
  async counter(name: string, label: string): Promise<Map<string, number>> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const values = new Map<string, number>();
    for (const line of text.split('\n')) {
      if (!line.startsWith(`${name}{`)) continue;
      const key = new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? '';
      values.set(key, (values.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(' '))));
    }
    return values;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }
}
