import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Member } from '../../../packages/cli/src/lab/member.ts';
import { requireProgram } from '../../../packages/cli/src/lab/requirements.ts';
import { until } from '../../e2e/support/until.ts';

/* The resolver of this machine cannot be reached from a lab: tools that look up their own name shall not wait for it. */
const ENVIRONMENT = { ...process.env, RES_OPTIONS: 'timeout:1 attempts:1' };

/** A program of a Debian package that runs inside a member until it is disposed of. */
export class RunningTool {
  readonly #child: ChildProcess;
  readonly #name: string;
  #said = '';

  constructor(member: Member, name: string, debianPackage: string, args: readonly string[]) {
    const program = requireProgram(name, debianPackage, `running ${name} in a scenario`);
    this.#name = name;
    this.#child = member.spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: ENVIRONMENT });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
  }

  /** Waits until it has said so. */
  async says(what: RegExp): Promise<void> {
    await until(`${this.#name} says ${what}`, () => {
      if (what.test(this.#said)) return true;
      throw new Error(`status ${this.#child.exitCode}, it said ${JSON.stringify(this.#said.slice(-500))}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
