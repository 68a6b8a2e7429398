import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import { ChildLines } from './child-lines.ts';
import type { ConnectionSettings, End, RateResult } from './connection-settings.ts';

const program = fileURLToPath(new URL('connection-program.ts', import.meta.url));
const FIRST_PORT = 20_000;

function start(settings: ConnectionSettings): ChildLines {
  const argv = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(settings)];
  return new ChildLines(spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'pipe'] }));
}

function endOf({ netnsPath, cgroupPath, ip }: Member): End {
  return { netnsPath, cgroupPath, ip };
}

/** Opens and closes connections at a rate for some seconds; says how many it managed. */
export async function connectAtRate(
  client: Member,
  server: Member,
  perSecond: number,
  seconds: number,
): Promise<RateResult> {
  const task = { kind: 'rate', perSecond, seconds } as const;
  const child = start({ server: endOf(server), client: endOf(client), firstPort: FIRST_PORT, ports: 32, task });
  try {
    return JSON.parse(await child.next()) as RateResult;
  } finally {
    await child.end();
  }
}

/** Connections that stay open, held by as many processes as the limit of open files demands. */
export class HeldConnections implements AsyncDisposable {
  readonly count: number;
  readonly #children: ChildLines[];

  private constructor(count: number, children: ChildLines[]) {
    this.count = count;
    this.#children = children;
  }

  /** @param count connections: two sockets each. */
  static async open(client: Member, server: Member, count: number, processes: number): Promise<HeldConnections> {
    const each = Math.ceil(count / processes);
    const children = Array.from({ length: processes }, (_, i) =>
      start({
        server: endOf(server),
        client: endOf(client),
        firstPort: FIRST_PORT + i,
        ports: 1,
        task: { kind: 'hold', count: Math.min(each, count - i * each) },
      }),
    );
    const held = new HeldConnections(count, children);
    try {
      for (const child of children) await child.until((line) => line === 'ready');
      return held;
    } catch (error) {
      await held[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Moves one byte through every connection. */
  async move(): Promise<void> {
    for (const child of this.#children) child.say('move');
    for (const child of this.#children) await child.until((line) => line === 'moved');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()));
  }
}
