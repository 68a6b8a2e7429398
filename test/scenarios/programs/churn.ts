/**
 * Opens `perSecond` connections a second for `seconds`, says `bytes` on each, reads to the end and closes it. With 0 bytes it
 * closes at once: hollow connections. `localAddresses` takes turns. Says how many it opened.
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const {
  host,
  port,
  perSecond,
  seconds,
  bytes,
  localAddresses = [],
} = settings<{
  host: string;
  port: number;
  perSecond: number;
  seconds: number;
  bytes: number;
  localAddresses?: readonly string[];
}>();
let begun = 0;
let opened = 0;
let open = 0;
onStop(() => process.exit(0));

function visit(): void {
  const localAddress = localAddresses[begun % Math.max(1, localAddresses.length)];
  begun += 1;
  open += 1;
  const socket = connect({ host, port, ...(localAddress === undefined ? undefined : { localAddress }) }, () => {
    opened += 1;
    if (bytes === 0) socket.resetAndDestroy();
    else socket.end(Buffer.alloc(bytes, 0x61));
  });
  socket.on('error', () => {});
  socket.resume().on('close', () => {
    open -= 1;
  });
}

const startMs = Date.now();
for (let nowMs = startMs; nowMs - startMs < seconds * 1000; nowMs = Date.now()) {
  const due = Math.floor(((nowMs - startMs) * perSecond) / 1000);
  // A busy machine shall not make a queue of what it could not do in time.
  for (let burst = 0; begun < due && burst < perSecond / 20 && open < 500; burst += 1) visit();
  await sleep(5);
}
say({ begun, opened });
process.exit(0);
