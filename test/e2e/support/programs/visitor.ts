/** A client that comes again and again under a name of its own: each time a new connection, read to its end. */
import { connect } from 'node:net';
import { onStop, say, settings } from './settings.ts';

const {
  host,
  port,
  title,
  everyMs = 50,
} = settings<{ host: string; port: number; title?: string; everyMs?: number }>();
// What the kernel reports as the process's name: its first fifteen bytes.
if (title !== undefined) process.title = title;
let visits = 0;

function visit(): void {
  const socket = connect(port, host);
  socket.on('error', () => {});
  socket.resume().on('close', () => {
    visits += 1;
    if (visits === 1) say({ ready: true });
    setTimeout(visit, everyMs);
  });
}
visit();
onStop(() => {
  say({ visits });
  process.exit(0);
});
