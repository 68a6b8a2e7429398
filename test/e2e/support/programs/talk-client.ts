/**
 * The asking half of a talk: one TCP connection for its whole life, and datagrams, a little of each every `everyMs`, until
 * it is told to stop or `rounds` are done. Then it says what it counted.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pattern } from './pattern.ts';
import { onStop, say, settings } from './settings.ts';
import { noTalk, type Talk } from './talk.ts';

interface ClientSettings {
  readonly host: string;
  readonly port: number;
  readonly everyMs?: number;
  readonly tcpBytes?: number;
  readonly udpBytes?: number;
  readonly rounds?: number;
}

const { host, port, everyMs = 10, tcpBytes = 4_321, udpBytes = 123, rounds } = settings<ClientSettings>();
const talk: Talk = noTalk();

const tcp = connect(port, host);
const [pattern, expected] = [new Pattern(), new Pattern()];
tcp.on('data', (chunk) => {
  talk.tcp.received += chunk.length;
  if (!expected.accepts(chunk)) talk.faults.push('a byte is not the one that was sent');
});
tcp.on('error', (error) => talk.faults.push(error.message));
const udp = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 22 });
udp.on('message', (message) => {
  talk.udp.received += message.length;
  talk.datagrams.received += 1;
});
udp.on('error', (error) => talk.faults.push(error.message));
udp.connect(port, host);
await Promise.all([once(tcp, 'connect'), once(udp, 'connect')]);
talk.connections = 1;
say({ ready: true });

let stopped = false;
onStop(() => {
  stopped = true;
});
for (let round = 0; !stopped && (rounds === undefined || round < rounds); round += 1) {
  for (let left = tcpBytes; left > 0; left -= 60_000) {
    const part = pattern.next(Math.min(left, 60_000));
    talk.tcp.sent += part.length;
    if (!tcp.write(part)) await once(tcp, 'drain');
  }
  if (udpBytes > 0) {
    udp.send(Buffer.alloc(udpBytes, 0x62), (error) => {
      if (error) return void talk.faults.push(error.message);
      talk.udp.sent += udpBytes;
      talk.datagrams.sent += 1;
    });
  }
  await sleep(everyMs);
}
tcp.end();
await once(tcp, 'close');
// The last answers may be on their way; some may be lost in a flood.
for (let quiet = 0, before = -1; quiet < 10 && talk.datagrams.received < talk.datagrams.sent; await sleep(100)) {
  quiet = talk.datagrams.received === before ? quiet + 1 : 0;
  before = talk.datagrams.received;
}
say(talk);
process.exit(0);
