/** Receives datagrams at the given address, in a cgroup of its own. Prints its port and cgroup, and at each line on standard input what it received. */
import { createInterface } from 'node:readline';
import { enterOwnCgroup } from '../own-cgroup.ts';
import { familyOf, SOCK, Socket } from '../socket.ts';

const [ip = '127.0.0.1'] = process.argv.slice(2);
const cgroup = enterOwnCgroup();
const socket = Socket.open(familyOf(ip), SOCK.dgram)
  .forceReceiveBuffer(32 << 20)
  .bind(ip);
console.log(JSON.stringify({ port: socket.local, cgroupId: cgroup.id }));
for await (const _ of createInterface({ input: process.stdin })) {
  socket.receiveWaiting();
  console.log(JSON.stringify({ received: socket.received }));
}
