import { spawn } from 'node:child_process';
import { ChildLines } from './child-lines.ts';

const program = `
  const { Worker } = require('node:worker_threads');
  const worker = new Worker('setInterval(() => {}, 1000); require("node:worker_threads").parentPort.postMessage(1)', { eval: true });
  worker.once('message', () => console.log('ready'));
`;

/** A Node.js that does nothing, with one Worker: the base of the agent's memory. */
export class BareNode implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildLines;

  private constructor(child: ChildLines) {
    this.#child = child;
    this.pid = child.child.pid ?? 0;
  }

  static async start(): Promise<BareNode> {
    const child = new ChildLines(spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'pipe'] }));
    await child.until((line) => line === 'ready');
    return new BareNode(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.end();
  }
}
