import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Member } from '../../../packages/cli/src/lab/member.ts';
import { until } from './until.ts';

/** A Node program of `programs/`. It says JSON, a line at a time, and stops when its standard input ends. */
export class Program {
  readonly child: ChildProcess;
  readonly lines: unknown[] = [];
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.child = child;
    createInterface({ input: child.stdout as Readable }).on('line', (line) => this.lines.push(JSON.parse(line)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    child.stdin?.on('error', () => {});
  }

  /** Starts `programs/<name>.ts` with its settings, inside a pod or host of a lab, or (null) on this machine. */
  static start(
    member: Member | null,
    name: string,
    settings: unknown = {},
    { cgroupPath }: { readonly cgroupPath?: string } = {},
  ): Program {
    const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
    const args = ['--disable-warning=ExperimentalWarning', file, JSON.stringify(settings)];
    const options = { stdio: 'pipe', cwd: '/', env: { ...process.env, NODE_OPTIONS: '' } } as const;
    return new Program(
      member?.spawn(process.execPath, args, { ...options, ...(cgroupPath && { cgroupPath }) }) ??
        spawn(process.execPath, args, options),
    );
  }

  /** The nth line that it says, the first one unless set. */
  async line<T = unknown>(index = 0, withinMs = 60_000): Promise<T> {
    await until(
      `line ${index + 1} of ${this.child.spawnargs.at(-2)}`,
      () => {
        const ended = this.child.exitCode ?? this.child.signalCode;
        if (ended !== null && this.lines.length <= index)
          throw new Error(`it ended (${ended}): ${this.#stderr.slice(-1000)}`);
        return this.lines.length > index;
      },
      { withinMs, everyMs: 10 },
    );
    return this.lines[index] as T;
  }

  /** Tells it to stop and returns its last line. */
  async finish<T = unknown>(withinMs = 60_000): Promise<T> {
    const said = this.lines.length;
    (this.child.stdin as Writable).end();
    await until('the end of a program', () => this.child.exitCode !== null || this.child.signalCode !== null, {
      withinMs,
      everyMs: 10,
    });
    await until('its last line', () => this.lines.length > said, { withinMs: 5000, everyMs: 10 }).catch(() =>
      assert.fail(`it said nothing more: ${this.#stderr}`),
    );
    return this.lines.at(-1) as T;
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
  }
}
