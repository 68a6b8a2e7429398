import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ChildLines } from './child-lines.ts';

const program = fileURLToPath(new URL('hammer-program.ts', import.meta.url));

/** A second process that asks an agent's HTTP port without a pause. */
export class Hammer {
  readonly #child: ChildLines;
  readonly #began = performance.now();

  private constructor(child: ChildLines) {
    this.#child = child;
  }

  static async start(url: string, concurrency: number): Promise<Hammer> {
    const argv = ['--disable-warning=ExperimentalWarning', program, url, String(concurrency)];
    const child = new ChildLines(spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
    await child.until((line) => line === 'hammering');
    return new Hammer(child);
  }

  /** Ends it; returns the answers it had in a second. */
  async stop(): Promise<number> {
    const seconds = (performance.now() - this.#began) / 1000;
    this.#child.child.kill('SIGTERM');
    const answers = Number(await this.#child.next());
    await this.#child.end();
    return answers / seconds;
  }
}
