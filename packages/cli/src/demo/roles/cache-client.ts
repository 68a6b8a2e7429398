import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ports } from '../pod-settings.ts';

/** One connection to the cache, made when first needed and again when it was lost; commands wait for their turn. */
export class CacheClient {
  readonly #find: () => Promise<string>;
  #socket: Socket | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(find: () => Promise<string>) {
    this.#find = find;
  }

  /** True when the cache knows the key. */
  async get(key: string): Promise<boolean> {
    return (await this.#send(`GET ${key}`)) !== '$-1\r\n';
  }

  async set(key: string, value: Buffer): Promise<void> {
    await this.#send(`SET ${key} ${value.toString('base64url')}`);
  }

  #send(line: string): Promise<string> {
    const result = this.#turn.then(() => this.#exchange(line));
    this.#turn = result.catch(() => {});
    return result;
  }

  async #exchange(line: string): Promise<string> {
    const socket = this.#socket?.writable ? this.#socket : await this.#connect();
    socket.write(`${line}\r\n`, 'latin1');
    return await new Promise((resolve, reject) => {
      let reply = '';
      const lost = () => reject(new Error('the cache closed the connection'));
      const take = (chunk: string) => {
        reply += chunk;
        if (!isWhole(reply)) return;
        socket.off('data', take).off('close', lost);
        resolve(reply);
      };
      socket.on('data', take).once('close', lost);
    });
  }

  async #connect(): Promise<Socket> {
    const socket = connect({ host: await this.#find(), port: ports.redis, noDelay: true });
    socket.setEncoding('latin1');
    await once(socket, 'connect');
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }
}

/** A reply is one line, or a length and so many bytes in a line of their own. */
function isWhole(reply: string): boolean {
  const end = reply.indexOf('\r\n');
  if (end < 0) return false;
  const length = reply.startsWith('$') ? Number(reply.slice(1, end)) : -1;
  return length < 0 || reply.length >= end + 2 + length + 2;
}
