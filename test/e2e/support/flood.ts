import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { requireFloodTool } from '../../../packages/cli/src/demo/syn-flood.ts';
import type { Member } from '../../../packages/cli/src/lab/member.ts';
import { until } from './until.ts';

export interface FloodOptions {
  readonly port: number;
  /** Packets a second, or as fast as it can. 1,000 unless set. */
  readonly rate?: number | 'full';
  /** Each packet from another random address (default), or all from the sender's own. */
  readonly spoofed?: boolean;
  readonly flag?: 'SYN' | 'ACK';
}

/** A running hping3. It ends by `stop()`, and with its lab at the latest. */
export class Flood {
  readonly startedMs = Date.now();
  readonly #child: ChildProcess;
  #said = '';

  constructor(from: Member, targetIp: string, { port, rate = 1000, spoofed = true, flag = 'SYN' }: FloodOptions) {
    const pace = rate === 'full' ? ['--flood'] : ['-i', `u${Math.round(1_000_000 / rate)}`];
    const source = spoofed ? ['--rand-source'] : [];
    const args = [
      '-I',
      'eth0',
      '-q',
      '-n',
      flag === 'SYN' ? '-S' : '-A',
      '-p',
      String(port),
      ...pace,
      ...source,
      targetIp,
    ];
    this.#child = from.spawn(requireFloodTool(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it and says how many packets it sent. */
  async stop(): Promise<number> {
    assert.ok(this.running, `hping3 ended by itself: ${this.#said}`);
    const ended = once(this.#child, 'close');
    // On a busy machine it may not have set its handler yet, and would end without a word.
    await until('hping3 catches SIGINT', () => catchesInterrupt(this.#child.pid ?? 0), { everyMs: 10 });
    this.#child.kill('SIGINT');
    await ended;
    return Number(/(\d+) packets (?:tramitted|transmitted)/.exec(this.#said)?.[1] ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) await this.stop();
  }
}

function catchesInterrupt(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  // SIGINT is the second signal.
  return /^Name:\s*hping3$/m.test(status) && (Number.parseInt(caught.slice(-1), 16) & 2) !== 0;
}
