import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/** A child's output line by line; a child that ends without the line that is waited for is an error with what it said. */
export class ChildLines {
  readonly child: ChildProcess;
  readonly #lines: Interface;
  readonly #iterator: AsyncIterator<string>;
  #complaint = '';

  constructor(child: ChildProcess) {
    if (!child.stdout) throw new Error('a child without a pipe for its output');
    this.child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-2000);
    });
    this.#lines = createInterface({ input: child.stdout });
    this.#iterator = this.#lines[Symbol.asyncIterator]();
  }

  /** The next line. Throws when there is none any more. */
  async next(): Promise<string> {
    const { value, done } = await this.#iterator.next();
    if (done) throw new Error(`a child ended early: ${this.#complaint.trim() || 'it said nothing'}`);
    return value as string;
  }

  /** The next line for which `matches` holds. */
  async until(matches: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = await this.next();
      if (matches(line)) return line;
    }
  }

  say(text: string): void {
    this.child.stdin?.write(`${text}\n`);
  }

  /** Ends the child and waits for it. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill(signal);
    await gone;
  }
}
