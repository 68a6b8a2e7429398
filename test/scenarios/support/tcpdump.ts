import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { spawnIn } from '../../../packages/cli/src/lab/command.ts';
import type { Lab } from '../../../packages/cli/src/lab/lab.ts';
import { netnsDirectory } from '../../../packages/cli/src/lab/network.ts';
import { requireProgram } from '../../../packages/cli/src/lab/requirements.ts';
import { until } from '../../e2e/support/until.ts';

/** Headers with the options that real ones have: Ethernet 14, IPv6 40, an ICMPv6 error with the IPv6 header that it quotes. */
const SNAP_BYTES = 110;
/** What may wait in the kernel while tcpdump does not run, in KiB. */
const BUFFER_KIB = 16_384;

/** @throws NG_ERR_LAB_TOOL naming the Debian package. */
export function requireTcpdump(): string {
  return requireProgram('tcpdump', 'tcpdump', 'recording a capture');
}

/** A running tcpdump at the bridge of a lab's pods, which every packet from or to a pod passes once. */
export class Tcpdump {
  readonly #child: ChildProcess;
  readonly #bytes: Promise<Buffer>;
  readonly #ended: Promise<unknown>;
  #said = '';

  private constructor(lab: Lab, maxPackets: number) {
    const place = { cgroupPath: `${lab.cgroupPath}/setup`, netnsPath: `${netnsDirectory}/${lab.run}.router` };
    const options = [
      '-i',
      'pods0',
      '-n',
      '-s',
      `${SNAP_BYTES}`,
      '-B',
      `${BUFFER_KIB}`,
      '-c',
      `${maxPackets}`,
      '-w',
      '-',
    ];
    this.#child = spawnIn(place, requireTcpdump(), [...options, 'ip or ip6'], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    assert.ok(this.#child.stdout && this.#child.stderr);
    this.#bytes = buffer(this.#child.stdout);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
  }

  /** Resolves when it listens. It ends after so many packets, and with the lab at the latest. */
  static async start(lab: Lab, maxPackets: number): Promise<Tcpdump> {
    const tcpdump = new Tcpdump(lab, maxPackets);
    await until('tcpdump listens', () => {
      assert.ok(tcpdump.#isRunning, `tcpdump ended by itself: ${tcpdump.#said}`);
      return /listening on/.test(tcpdump.#said);
    });
    return tcpdump;
  }

  /** Ends it and gives the file; throws when the kernel had to drop packets. */
  async stop(): Promise<Buffer> {
    if (this.#isRunning) this.#child.kill('SIGINT');
    await this.#ended;
    assert.match(this.#said, /\n0 packets dropped by kernel/, `the capture is not complete: ${this.#said}`);
    return this.#bytes;
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}
