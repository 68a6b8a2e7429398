/** For tests and benchmarks: both ends of TCP connections, as frames. */
import { ACK, FIN, PSH, RST, SYN, TCP } from '../packet.ts';
import { ethernet, ipv4, ipv6, segmentSize, tcp } from './packets.ts';
import type { WrittenFrame } from './pcap-writer.ts';

export interface Ends {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

/** A TCP connection that is written down segment by segment; sequence numbers are kept for both ends. */
export class Talk {
  readonly frames: WrittenFrame[] = [];
  readonly #ends: Ends;
  #next: [number, number];
  #timeMs: number;
  readonly #stepMs: number;

  constructor(ends: Ends, timeMs: number, stepMs = 1, initial: readonly [number, number] = [1000, 5000]) {
    this.#ends = ends;
    this.#timeMs = timeMs;
    this.#stepMs = stepMs;
    this.#next = [initial[0], initial[1]];
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  wait(ms: number): this {
    this.#timeMs += ms;
    return this;
  }

  /** SYN, SYN-ACK, ACK. */
  open(): this {
    return this.syn().synAck().ack(0);
  }

  syn(): this {
    this.#send(0, { flags: SYN, options: segmentSize(1460), acknowledgement: 0 });
    this.#next[0]++;
    return this;
  }

  synAck(): this {
    this.#send(1, { flags: SYN | ACK, options: segmentSize(1460) });
    this.#next[1]++;
    return this;
  }

  /** A bare ACK of the end: 0 is the client. */
  ack(from: 0 | 1): this {
    this.#send(from, { flags: ACK });
    return this;
  }

  data(from: 0 | 1, payload: Uint8Array | number): this {
    this.#send(from, { flags: ACK | PSH, payload });
    this.#next[from] += typeof payload === 'number' ? payload : payload.length;
    return this;
  }

  fin(from: 0 | 1): this {
    this.#send(from, { flags: FIN | ACK });
    this.#next[from]++;
    return this;
  }

  /** Both ends close; the other end begins when `from` is 1. */
  close(from: 0 | 1 = 0): this {
    const other = from === 0 ? 1 : 0;
    return this.fin(from).ack(other).fin(other).ack(from);
  }

  reset(from: 0 | 1, flags = RST | ACK): this {
    this.#send(from, { flags });
    return this;
  }

  #send(
    from: 0 | 1,
    segment: { flags: number; payload?: Uint8Array | number; options?: Uint8Array; acknowledgement?: number },
  ): void {
    const { client, clientPort, server, serverPort } = this.#ends;
    const isClient = from === 0;
    const bytes = tcp({
      sourcePort: isClient ? clientPort : serverPort,
      targetPort: isClient ? serverPort : clientPort,
      sequence: this.#next[from],
      acknowledgement: this.#next[isClient ? 1 : 0],
      ...segment,
    });
    const ip = client.includes(':') ? ipv6 : ipv4;
    const packet = isClient
      ? ip(client, server, bytes, { protocol: TCP })
      : ip(server, client, bytes, { protocol: TCP });
    this.frames.push({ timeMs: this.#timeMs, bytes: ethernet(packet) });
    this.#timeMs += this.#stepMs;
  }
}

/** One segment alone, with its own flags. */
export function segment(
  ends: Ends,
  timeMs: number,
  flags: number,
  more: { sequence?: number; acknowledgement?: number; payload?: number } = {},
): WrittenFrame {
  const { client, clientPort, server, serverPort } = ends;
  const bytes = tcp({ sourcePort: clientPort, targetPort: serverPort, flags, ...more });
  const ip = client.includes(':') ? ipv6 : ipv4;
  return { timeMs, bytes: ethernet(ip(client, server, bytes, { protocol: TCP })) };
}

/** The other direction of the same two sockets. */
export function reversed({ client, clientPort, server, serverPort }: Ends): Ends {
  return { client: server, clientPort: serverPort, server: client, serverPort: clientPort };
}
