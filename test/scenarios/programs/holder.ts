/** Opens `count` connections, begins a request on each (`first` bytes), and says one byte more every `everyMs`: slow holders. */
import { connect, type Socket } from 'node:net';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const { host, port, count, first, everyMs } = settings<{
  host: string;
  port: number;
  count: number;
  first: number;
  /** 0: never. */
  everyMs: number;
}>();
const sockets: Socket[] = [];
let connected = 0;
for (let index = 0; index < count; index += 1) {
  const socket = connect(port, host, () => {
    connected += 1;
    if (first > 0) socket.write(Buffer.alloc(first, 0x61));
    if (connected === count) say({ connected });
  });
  socket.on('error', () => {});
  socket.resume();
  sockets.push(socket);
}
if (everyMs > 0) {
  setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('a');
  }, everyMs);
}
onStop(() => process.exit(0));
