import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ports } from '../pod-settings.ts';
import { frame, MessageReader } from './database-wire.ts';

/** One connection to the database, made when first needed and again when it was lost; queries wait for their turn. */
export class DatabaseClient {
  readonly #find: () => Promise<string>;
  #socket: Socket | undefined;
  #reader = new MessageReader();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(find: () => Promise<string>) {
    this.#find = find;
  }

  /** Resolves to the number of rows. */
  query(sql: string): Promise<number> {
    const result = this.#turn.then(() => this.#ask(sql));
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Says goodbye as the protocol wants it. */
  close(): void {
    this.#socket?.end(frame('X', Buffer.alloc(0)));
    this.#socket = undefined;
  }

  async #ask(sql: string): Promise<number> {
    const socket = this.#socket?.writable ? this.#socket : await this.#connect();
    socket.write(frame('Q', Buffer.from(`${sql}\0`)));
    return await new Promise((resolve, reject) => {
      let rows = 0;
      const lost = () => reject(new Error('the database closed the connection'));
      const take = (chunk: Buffer) => {
        for (const { type } of this.#reader.push(chunk)) {
          if (type === 'D') rows += 1;
          if (type !== 'Z') continue;
          socket.off('data', take).off('close', lost);
          resolve(rows);
        }
      };
      socket.on('data', take).once('close', lost);
    });
  }

  async #connect(): Promise<Socket> {
    const socket = connect({ host: await this.#find(), port: ports.postgres, noDelay: true });
    this.#reader = new MessageReader();
    await once(socket, 'connect');
    // `close` follows and says it to whoever waits.
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }
}
