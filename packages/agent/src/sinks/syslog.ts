import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { parseListenAddress } from '../config/schema-types.ts';
import type { SinkOf } from '../config/sink-schema.ts';
import { resolveAllowed } from './address-guard.ts';
import { aborting, connect } from './connect.ts';
import type { Origin } from './formats.ts';
import type { Notification } from './notification.ts';
import { DeliveryError, type Sink } from './sink.ts';
import { syslogMessage } from './syslog-message.ts';

/** What every receiver should take in one datagram (RFC 5424, 6.1). */
const DATAGRAM_BYTES = 2048;
/** What IPv4 can carry. */
const LARGEST_DATAGRAM = 65_507;
/** A receiver that got the end of the stream closes its own; one that does not has the bytes all the same. */
const LINGER_MS = 1000;

/**
 * RFC 5424 over UDP, TCP with counted octets (RFC 6587) or TLS (RFC 5425). Syslog acknowledges nothing: over TCP each batch
 * has a connection that is closed in an orderly way, which shows that its bytes arrived; over UDP nothing shows it.
 */
export class SyslogSink implements Sink {
  readonly maxBatch: number;
  readonly #settings: SinkOf<'syslog'>;
  readonly #origin: Origin;
  readonly #host: string;
  readonly #port: number;

  constructor(settings: SinkOf<'syslog'>, origin: Origin) {
    this.#settings = settings;
    this.#origin = origin;
    this.maxBatch = settings.transport === 'udp' ? 1 : 100;
    const { host = '', port = 0 } = parseListenAddress(settings.address) ?? {};
    this.#host = host;
    this.#port = port;
  }

  async send(batch: readonly Notification[], signal: AbortSignal): Promise<undefined> {
    const { transport, facility, format } = this.#settings;
    const messages = batch.map((notification) =>
      Buffer.from(syslogMessage(notification, facility, format, this.#origin)),
    );
    try {
      if (transport !== 'udp') await this.#stream(messages, signal);
      else for (const message of messages) await this.#datagram(message, signal);
    } catch (cause) {
      if (cause instanceof DeliveryError) throw cause;
      throw new DeliveryError('NG_ERR_SINK_ANSWER', `sending to ${this.#settings.address}`, { cause });
    }
  }

  async #stream(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const { transport, address: _, ...reach } = this.#settings;
    const socket = await connect({ host: this.#host, port: this.#port, tls: transport === 'tls' }, reach, signal);
    try {
      const frames = messages.flatMap((message) => [Buffer.from(`${message.length} `), message]);
      await aborting(endOrderly(socket, Buffer.concat(frames)), signal);
    } finally {
      socket.destroy();
    }
  }

  async #datagram(whole: Buffer, signal: AbortSignal): Promise<void> {
    const message = this.#settings.format === 'netguard' ? cut(whole, DATAGRAM_BYTES) : whole;
    if (message.length > LARGEST_DATAGRAM) {
      const cause = `the message has ${message.length} bytes, a datagram ${LARGEST_DATAGRAM} at most`;
      throw new DeliveryError('NG_ERR_SINK_REFUSED', `sending to ${this.#settings.address}`, { cause, final: true });
    }
    const [to] = await aborting(resolveAllowed(this.#host, this.#settings.allowLinkLocal, signal), signal);
    if (to === undefined) return;
    const socket = createSocket(to.family === 4 ? 'udp4' : 'udp6');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on('error', reject);
    socket.send(message, this.#port, to.address, (error) => (error ? reject(error) : resolve()));
    try {
      await promise;
    } finally {
      socket.close();
    }
  }
}

/** Writes, ends our side, and waits until the other side has ended too, for a moment. */
async function endOrderly(socket: Socket, bytes: Buffer): Promise<void> {
  const closed = once(socket, 'close');
  socket.resume();
  socket.end(bytes);
  const { promise: late, resolve } = Promise.withResolvers<void>();
  socket.once('finish', () => setTimeout(resolve, LINGER_MS).unref());
  await Promise.race([closed, late]);
}

/** At most so many bytes, and no half of a character. */
function cut(message: Buffer, most: number): Buffer {
  if (message.length <= most) return message;
  let end = most;
  while (((message[end] ?? 0) & 0xc0) === 0x80) end--;
  return message.subarray(0, end);
}
