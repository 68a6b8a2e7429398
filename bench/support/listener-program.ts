/** Listens on one port in each of several network namespaces and cgroups, given as JSON, and waits to be ended. */
import { openSync, writeFileSync } from 'node:fs';
import type { End } from './connection-settings.ts';
import { enterNamespace, listenOn } from './sockets.ts';

const { ends, port } = JSON.parse(process.argv[2] ?? '') as { ends: End[]; port: number };
const BACKLOG = 1024;
const places = ends.map(({ netnsPath, cgroupPath }) => ({ namespace: openSync(netnsPath, 'r'), cgroupPath }));

for (const { namespace, cgroupPath } of places) {
  writeFileSync(`${cgroupPath}/cgroup.procs`, String(process.pid));
  enterNamespace(namespace);
  listenOn(port, BACKLOG);
}
console.log('listening');
setInterval(() => {}, 60_000);
