import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program in this network namespace to its end, at most `limitMs`. Rejects when it fails. */
export async function output(command: string, args: readonly string[], limitMs = 30_000): Promise<string> {
  const { stdout } = await run(command, [...args], { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 });
  return stdout;
}

/** A program that goes on until it is disposed. */
export class Background implements AsyncDisposable {
  readonly child: ChildProcess;
  #text = '';
  #ended = false;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
    });
    /* Later than its exit: nothing more will be read. */
    this.child.once('close', () => {
      this.#ended = true;
    });
  }

  /** What it has written so far. */
  get text(): string {
    return this.#text;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The next whole line that it writes, or has written and nobody took. */
  async line(limitMs = 30_000): Promise<string> {
    for (const limit = Date.now() + limitMs; ; ) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended) throw new Error(`${this.child.spawnfile} ended without another line`);
      if (Date.now() > limit) throw new Error(`no line from ${this.child.spawnfile} within ${limitMs} ms`);
      await this.#moreOrEnd();
    }
  }

  #moreOrEnd(): Promise<void> {
    const { stdout } = this.child;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stdout!.off('data', done);
        this.child.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, 1000);
      stdout!.once('data', done);
      this.child.once('close', done);
    });
  }

  write(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  /** Ends its standard input and waits until it has ended; kills it after `limitMs`, which is an error. */
  async finish(limitMs = 10_000): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.stdin!.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), limitMs);
    const [, signal] = (await once(this.child, 'exit')) as [number | null, NodeJS.Signals | null];
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error(`${this.child.spawnfile} did not end within ${limitMs} ms`);
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
