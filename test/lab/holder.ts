/** Holds a lab with busy pods until it is killed; prints its run id and its reaper's pid when the lab is up. */
import { once } from 'node:events';
import { Lab } from '../../packages/cli/src/lab/lab.ts';

const lab = await Lab.open();
const [web] = await lab.addPods([
  { namespace: 'shop', name: 'web-0' },
  { namespace: 'shop', name: 'web-1' },
]);
// Deaf to polite signals, and with children of its own.
const busy = web!.spawn('/bin/sh', ['-c', 'trap "" TERM INT HUP; sleep 1000 & sleep 1000 & echo inside; wait']);
await once(busy.stdout!, 'data');
process.stdout.write(`${JSON.stringify({ run: lab.run, reaper: lab.reaperPid })}\n`);
setInterval(() => {}, 1_000);
