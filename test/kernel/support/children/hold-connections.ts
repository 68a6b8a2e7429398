/**
 * Holds both ends of many connections. Arguments: address, connections. Prints `ready PORT`, then obeys lines on standard
 * input: `move N BYTES` sends that much over the first N connections and reads it, and prints `moved`; `end` closes all.
 */
import { createInterface } from 'node:readline';
import { connectTcp, listenTcp, type Socket } from '../socket.ts';

const [ip = '127.0.0.1', count = '1'] = process.argv.slice(2);
const listener = listenTcp(ip);
const clients: Socket[] = [];
const servers: Socket[] = [];
for (let i = 0; i < Number(count); i++) {
  clients.push(connectTcp(ip, listener.local));
  servers.push(listener.accept());
}
console.log(`ready ${listener.local}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [command, connections, bytes] = line.split(' ');
  if (command !== 'move') break;
  for (let i = 0; i < Number(connections); i++) {
    clients[i]!.send(Number(bytes));
    servers[i]!.receiveExactly(Number(bytes));
  }
  console.log('moved');
}
/* The client ends first and by RST: 50,000 TIME_WAIT sockets would outlive the test. */
for (const client of clients) client.resetOnClose().close();
for (const server of servers) server.close();
listener.close();
