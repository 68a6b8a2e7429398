/** Five ways in which a connection ends. Each leaves in the ledger what both applications counted. */
import type { Ledger } from './ledger.ts';
import { connectTcp, type Socket } from './socket.ts';

export type CloseStyle = (client: Socket, server: Socket, ledger: Ledger) => void;

const finByClient: CloseStyle = (client, server, ledger) => {
  client.close();
  server.receiveToEnd();
  server.close();
  ledger.add('client', client.counts(), 'fin');
  ledger.add('server', server.counts(), 'fin');
};

const finByServer: CloseStyle = (client, server, ledger) => {
  server.close();
  client.receiveToEnd();
  client.close();
  ledger.add('client', client.counts(), 'fin');
  ledger.add('server', server.counts(), 'fin');
};

const resetByClient: CloseStyle = (client, server, ledger) => {
  client.resetOnClose().close();
  server.receiveError();
  server.close();
  ledger.add('client', client.counts(), 'reset-sent');
  ledger.add('server', server.counts(), 'reset-received');
};

const resetByServer: CloseStyle = (client, server, ledger) => {
  server.resetOnClose().close();
  client.receiveError();
  client.close();
  ledger.add('client', client.counts(), 'reset-received');
  ledger.add('server', server.counts(), 'reset-sent');
};

/** What was not read did arrive: it counts as received. The kernel answers the close with a RST. */
const unreadAtClose: CloseStyle = (client, server, ledger) => {
  client.send(777);
  const counts = server.counts();
  ledger.add('server', { ...counts, received: counts.received + server.unread() }, 'reset-sent');
  server.close();
  client.receiveError();
  client.close();
  ledger.add('client', client.counts(), 'reset-received');
};

export const closeStyles: Readonly<Record<string, CloseStyle>> = {
  finByClient,
  finByServer,
  resetByClient,
  resetByServer,
  unreadAtClose,
};

/** Sizes that repeat themselves never within a run: empty, small, and every 40th several windows long. */
export function sizeOf(n: number): number {
  return n % 40 === 39 ? 100_000 + (n % 7) * 50_001 : (n * 37) % 1461;
}

/** One connection: the client sends, the server answers, and they part in the given way. */
export function converse(listener: Socket, ip: string, size: number, close: CloseStyle, ledger: Ledger): void {
  const client = connectTcp(ip, listener.local);
  const server = listener.accept();
  for (let left = size; left > 0; left -= 16_384) {
    const part = Math.min(left, 16_384);
    client.send(part);
    server.receiveExactly(part);
  }
  const answer = Math.floor(size / 3);
  for (let left = answer; left > 0; left -= 16_384) {
    const part = Math.min(left, 16_384);
    server.send(part);
    client.receiveExactly(part);
  }
  close(client, server, ledger);
}
