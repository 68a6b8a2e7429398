/**
 * A source in a process of its own. Argument: JSON of WatchOptions. Prints a line of JSON with its status, then for each
 * line on standard input one with what was observed since. The end of standard input closes the source.
 */
import { createInterface } from 'node:readline';
import { Watch, type WatchOptions } from '../watch.ts';

const watch = new Watch(JSON.parse(process.argv[2] ?? '{}') as WatchOptions);
console.log(JSON.stringify(watch.source.status()));
for await (const _ of createInterface({ input: process.stdin })) {
  watch.source.tick();
  const { connections, datagrams, probes, drops, cgroups } = watch;
  const listeners = [...watch.groups.values()];
  const totals = [...watch.totals.values()];
  console.log(
    JSON.stringify({ connections, datagrams, probes, drops, cgroups, listeners, totals, lost: watch.source.lost() }),
  );
  for (const list of [connections, datagrams, probes, drops, cgroups]) list.length = 0;
}
await watch.source.close();
