import { readFileSync } from 'node:fs';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import { ChildLines } from './child-lines.ts';
import { startServer } from './iperf.ts';

/** `tcp`: one stream as fast as it goes; `udp`: datagrams of 64 bytes, so many a second, 0 for as fast as one sender can. */
export type StreamLoad = { readonly kind: 'tcp' } | { readonly kind: 'udp'; readonly perSecond: number };

/** What went through the server's interface, counted by the kernel. */
export interface Moved {
  readonly packets: number;
  readonly bytes: number;
}

const SMALL = 64;
/** Longer than any measurement: the stream ends when it is disposed. */
const SECONDS = 3600;

/** One iperf3 stream that goes on while what is attached changes. */
export class IperfStream implements AsyncDisposable {
  readonly #server: ChildLines;
  readonly #client: ChildLines;
  readonly #file: string;

  private constructor(server: ChildLines, client: ChildLines) {
    this.#server = server;
    this.#client = client;
    this.#file = `/proc/${server.child.pid}/net/dev`;
  }

  static async open(client: Member, server: Member, load: StreamLoad): Promise<IperfStream> {
    const listening = await startServer(server);
    try {
      const rate = load.kind === 'udp' ? ['-u', '-l', `${SMALL}`, '-b', `${load.perSecond * SMALL * 8}`] : [];
      const args = ['-c', server.ip, '-t', `${SECONDS}`, '-i', '1', '--forceflush', ...rate];
      const sending = new ChildLines(client.spawn('iperf3', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
      await sending.until((line) => line.includes('connected'));
      return new IperfStream(listening, sending);
    } catch (error) {
      await listening.end();
      throw error;
    }
  }

  /** Since the pod was made. */
  read(): Moved {
    if (this.#client.child.exitCode !== null) throw new Error('iperf3 ended early');
    const line = readFileSync(this.#file, 'utf8')
      .split('\n')
      .find((text) => text.includes(':') && !text.trimStart().startsWith('lo:'));
    const [bytes, packets] = (line?.split(':')[1] ?? '').trim().split(/\s+/).map(Number);
    if (!Number.isFinite(bytes) || !Number.isFinite(packets)) throw new Error(`no interface in ${this.#file}`);
    return { bytes: bytes as number, packets: packets as number };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
    await this.#server.end();
  }
}
