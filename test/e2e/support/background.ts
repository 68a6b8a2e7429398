import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { cleanEnvironment, type RunOptions } from './command.ts';
import { until } from './until.ts';

/** A program that goes on until it is told to stop, and what it said so far. */
export class Background {
  readonly child: ChildProcess;
  readonly pid: number;
  stdout = '';
  stderr = '';
  readonly #exited: Promise<unknown>;

  constructor(command: string, args: readonly string[], options: RunOptions & { readonly input?: boolean } = {}) {
    const [program = command, ...rest] = [...(options.prefix ?? []), command];
    this.child = spawn(program, [...rest, ...args], {
      stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: cleanEnvironment(options.env),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    assert.ok(this.child.pid, `${program} cannot be started`);
    this.pid = this.child.pid;
    this.#exited = once(this.child, 'exit');
    const { stdout, stderr } = this.child as { stdout: Readable; stderr: Readable };
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits for a match in standard output or error. Fails when the program ends before. */
  async says(pattern: RegExp, withinMs = 60_000): Promise<RegExpExecArray> {
    return until(
      `${pattern} from ${this.child.spawnargs.join(' ')}`,
      () => {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (!match && !this.running) throw new Error(`it ended (${this.#how()}): ${this.stderr.slice(-2000)}`);
        return match ?? undefined;
      },
      { withinMs, everyMs: 20 },
    );
  }

  /** Sends a signal, waits for the end, and says how it ended and how long that took. */
  async stop(
    signal: NodeJS.Signals = 'SIGTERM',
    withinMs = 30_000,
  ): Promise<{ status: number | NodeJS.Signals; ms: number }> {
    const start = performance.now();
    if (this.running) this.child.kill(signal);
    return { status: await this.ended(withinMs), ms: performance.now() - start };
  }

  /** Waits for the end: its exit status, or the signal that ended it. A process that does not end is killed. */
  async ended(withinMs = 60_000): Promise<number | NodeJS.Signals> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
    await this.#exited;
    clearTimeout(timer);
    return this.child.exitCode ?? (this.child.signalCode as NodeJS.Signals);
  }

  #how(): string {
    return String(this.child.exitCode ?? this.child.signalCode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop('SIGTERM', 12_000);
  }
}
