import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import { requireProgram } from '../../packages/cli/src/lab/requirements.ts';
import { ChildLines } from './child-lines.ts';

/** What iperf3 measured at its sender. */
export interface IperfResult {
  readonly seconds: number;
  /** Payload that arrived. */
  readonly bitsPerSecond: number;
  /** UDP only: datagrams sent, and of these arrived, in a second. */
  readonly sentPerSecond: number;
  readonly receivedPerSecond: number;
}

interface Summary {
  readonly seconds: number;
  readonly bits_per_second: number;
  readonly packets?: number;
  readonly lost_packets?: number;
}

interface Output {
  readonly error?: string;
  readonly end?: { readonly sum?: Summary; readonly sum_sent?: Summary; readonly sum_received?: Summary };
}

export type Load = 'tcp' | 'udp';

const SMALL = 64;
const ATTEMPTS = 20;

/** iperf3 from one member to another. The server runs until it is disposed. */
export class Iperf implements AsyncDisposable {
  readonly #client: Member;
  readonly #server: Member;
  readonly #child: ChildLines;

  private constructor(client: Member, server: Member, child: ChildLines) {
    this.#client = client;
    this.#server = server;
    this.#child = child;
  }

  static async open(client: Member, server: Member): Promise<Iperf> {
    return new Iperf(client, server, await startServer(server));
  }

  /** TCP: one stream as fast as it goes. UDP: datagrams of 64 bytes as fast as one sender can. */
  async run(load: Load, seconds: number): Promise<IperfResult> {
    const kind = load === 'udp' ? ['-u', '-l', String(SMALL), '-b', '0'] : [];
    for (let attempt = 1; ; attempt++) {
      const { stdout } = await this.#client.run([
        'iperf3',
        '-J',
        '-c',
        this.#server.ip,
        '-t',
        String(seconds),
        ...kind,
      ]);
      const { error, end } = JSON.parse(stdout || '{"error":"no output"}') as Output;
      if (error === undefined && end !== undefined) return result(end);
      // The server is still busy with the end of the run before.
      if (attempt === ATTEMPTS) throw new Error(`iperf3: ${error}`);
      await sleep(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.end();
  }
}

/** An iperf3 server that listens. The caller ends it. */
export async function startServer(server: Member): Promise<ChildLines> {
  requireProgram('iperf3', 'iperf3', 'measuring throughput');
  const child = new ChildLines(server.spawn('iperf3', ['-s', '--forceflush'], { stdio: ['ignore', 'pipe', 'pipe'] }));
  await child.until((line) => line.includes('listening'));
  return child;
}

function result(end: NonNullable<Output['end']>): IperfResult {
  const sent = end.sum_sent ?? end.sum;
  const received = end.sum_received ?? end.sum;
  const seconds = sent?.seconds ?? Number.NaN;
  const packets = sent?.packets ?? Number.NaN;
  const lost = received?.lost_packets ?? end.sum?.lost_packets ?? 0;
  return {
    seconds,
    bitsPerSecond: received?.bits_per_second ?? Number.NaN,
    sentPerSecond: packets / seconds,
    receivedPerSecond: (packets - lost) / seconds,
  };
}
