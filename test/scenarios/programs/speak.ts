/**
 * One end of a TCP conversation by a script. `listen`: a server that sends `first`, then the next of `lines` to each message it
 * gets; `connect`: a client that does the same, says when it has said all, and stays connected.
 */
import { connect, createServer, type Socket } from 'node:net';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const {
  listen,
  to,
  first,
  lines = [],
} = settings<{
  listen?: number;
  to?: { host: string; port: number };
  first?: string;
  lines?: readonly string[];
}>();
onStop(() => process.exit(0));

function converse(socket: Socket): void {
  let next = 0;
  socket.on('error', () => {});
  if (first !== undefined) socket.write(first);
  socket.on('data', (data) => {
    const line = lines[next++];
    if (line !== undefined) socket.write(line);
    say({ heard: data.toString('latin1').slice(0, 100) });
  });
}

if (listen !== undefined) createServer(converse).listen(listen, () => say({ ready: true }));
else if (to !== undefined) converse(connect(to.port, to.host));
