/**
 * A harmless worm: it copies nothing but a line of text. A pod listens, and the first who sends it that line infects it: then it
 * goes through its own list of addresses, one after the other, and sends the line to whoever answers. Says who infected it
 * (null: it began by itself), and `done` with how many it reached.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const LINE = 'copy me\n';
const PATIENCE_MS = 1000;

const { port, targets, isZero, everyMs } = settings<{
  readonly port: number;
  readonly targets: readonly string[];
  readonly isZero: boolean;
  readonly everyMs: number;
}>();
let isInfected = false;

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.setEncoding('utf8').once('data', (text) => {
    socket.end(isInfected ? 'again\n' : 'thanks\n');
    if (String(text) === LINE) void spread(socket.remoteAddress ?? '');
  });
}).listen(port, '0.0.0.0');
await once(server, 'listening');
say({ ready: true });
if (isZero) void spread(null);
onStop(() => process.exit(0));

async function spread(by: string | null): Promise<void> {
  if (isInfected) return;
  isInfected = true;
  say({ infectedBy: by });
  let reached = 0;
  for (const target of targets) {
    if (await infect(target)) reached++;
    await sleep(everyMs);
  }
  say({ done: true, reached });
}

async function infect(host: string): Promise<boolean> {
  const socket = connect({ host, port });
  const timer = setTimeout(() => socket.destroy(new Error('nobody answers')), PATIENCE_MS);
  try {
    await once(socket, 'connect');
    socket.resume().end(LINE);
    await once(socket, 'close');
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
