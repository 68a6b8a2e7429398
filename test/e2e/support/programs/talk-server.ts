/**
 * The answering half of a talk whose every byte both sides count: TCP is checked against the pattern and half of it sent
 * back, each datagram is answered by one that is seven bytes longer.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { Pattern } from './pattern.ts';
import { onStop, say, settings } from './settings.ts';
import { noTalk, type Talk } from './talk.ts';

const { port, host = '0.0.0.0' } = settings<{ port: number; host?: string }>();
const talk: Talk = noTalk();

const tcp = createServer({ allowHalfOpen: true }, (socket) => {
  const [expected, answer] = [new Pattern(), new Pattern()];
  talk.connections += 1;
  socket.on('data', (chunk) => {
    talk.tcp.received += chunk.length;
    if (!expected.accepts(chunk)) talk.faults.push('a byte is not the one that was sent');
    for (let left = Math.floor(expected.offset / 2) - answer.offset; left > 0; left -= 60_000) {
      const part = answer.next(Math.min(left, 60_000));
      talk.tcp.sent += part.length;
      socket.write(part);
    }
  });
  socket.on('end', () => socket.end());
  socket.on('error', (error) => talk.faults.push(error.message));
});
const udp = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 22 });
udp.on('message', (message, { port: from, address }) => {
  talk.udp.received += message.length;
  talk.datagrams.received += 1;
  const answer = Buffer.alloc(message.length + 7, 0x61);
  udp.send(answer, from, address, (error) => {
    if (error) return void talk.faults.push(error.message);
    talk.udp.sent += answer.length;
    talk.datagrams.sent += 1;
  });
});
udp.bind(port, host, () => tcp.listen(port, host, () => say({ ready: true })));
onStop(() => {
  say(talk);
  process.exit(0);
});
