import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Member } from '../../../packages/cli/src/lab/member.ts';
import { requireProgram } from '../../../packages/cli/src/lab/requirements.ts';
import { until } from '../../e2e/support/until.ts';

/** A program of a Debian package that runs inside a member until it is disposed of. */
export class RunningTool {
  readonly #child: ChildProcess;
  readonly #name: string;
  #said = '';

  constructor(member: Member, name: string, debianPackage: string, args: readonly string[]) {
    const program = requireProgram(name, debianPackage, `running ${name} in a scenario`);
    this.#name = name;
    this.#child = member.spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
    this.#child.stdin?.on('error', () => {});
  }

  /** Waits until it has said so. */
  async says(what: RegExp): Promise<void> {
    await until(`${this.#name} says ${what}`, () => {
      if (what.test(this.#said)) return true;
      throw new Error(`status ${this.#child.exitCode}, it said ${JSON.stringify(this.#said.slice(-500))}`);
    });
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
