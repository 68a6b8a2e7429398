/** Joins a cgroup and sends datagrams over lo: <cgroup> <count>. */
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [cgroup, count] = process.argv.slice(2) as [string, string];
writeFileSync(join(cgroup, 'cgroup.procs'), String(process.pid));
const socket = createSocket('udp4');
for (let index = 0; index < Number(count); index++) {
  await new Promise<void>((resolve, reject) => {
    socket.send('x', 9, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
  });
}
socket.close();
