import { connectTcp, IPPROTO, listenTcp, type Socket } from '../../../kernel/support/socket.ts';
import { type Found, type Part, PEER, type Stage } from '../stage.ts';

const CONNECTIONS = 20;
const TURNS = 3;
const TCP_NODELAY = 1;
/** Segments each way of a conversation that are sampled. */
const SAMPLED = 2;

/** The first two segments each way of each connection, byte by byte. */
export const payload: Part = {
  program: 'ng_packet_in',
  what: 'samples of payload, with their bytes',
  async count({ watch, peer }: Stage): Promise<Found[]> {
    const listener = peer.inside(() => listenTcp(PEER.v4));
    const wanted: string[] = [];
    for (let i = 0; i < CONNECTIONS; i++) wanted.push(...talk(listener, i));
    watch.source.tick();
    listener.close();
    const told = watch.payloads
      .filter(({ remote }) => remote.port === listener.local)
      .map(
        ({ local, sent, bytes }) => `${local.port} ${sent ? 'sent' : 'received'} ${Buffer.from(bytes).toString('hex')}`,
      );
    const missing = wanted.filter((each) => !told.includes(each)).map((each) => `without ${each.slice(0, 40)}`);
    return [
      { program: this.program, what: this.what, sent: wanted.length, counted: told.length, differences: missing },
    ];
  },
};

/** One connection with three writes each way; returns what of it is to be told by the client's end. */
function talk(listener: Socket, seed: number): string[] {
  const client = connectTcp(PEER.v4, listener.local).option(IPPROTO.tcp, TCP_NODELAY, 1);
  const server = listener.accept().option(IPPROTO.tcp, TCP_NODELAY, 1);
  const wanted: string[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [from, to, way] of [
      [client, server, 'sent'],
      [server, client, 'received'],
    ] as const) {
      const bytes = Buffer.from(`${way} ${seed}.${turn} `.repeat(1 + seed));
      from.sendBytes(bytes);
      to.receiveExactly(bytes.length);
      if (turn < SAMPLED) wanted.push(`${client.local} ${way} ${bytes.toString('hex')}`);
    }
  }
  client.close();
  server.receiveToEnd().close();
  return wanted;
}
