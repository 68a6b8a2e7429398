/**
 * Makes real TCP connections between two namespaces from one process that holds both ends, so that no scheduling between two
 * programs limits the rate. `rate`: connections with one request and answer, opened and closed evenly paced; prints RateResult.
 * `hold`: opens them, prints `ready`, then for each line read moves one byte through each and prints `moved`.
 */
import { openSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ConnectionSettings, End, RateResult } from './connection-settings.ts';
import { accept, closeSocket, connectTo, enterNamespace, listenOn, socketAddress, transfer } from './sockets.ts';

const settings = JSON.parse(process.argv[2] ?? '') as ConnectionSettings;
const BACKLOG = 1024;
/** What a service is asked, and answers: a request of 100 bytes, 300 back. */
const request = message(
  'GET /items?page=2 HTTP/1.1\r\nHost: shop\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n\r\n',
  100,
);
const answer = message('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 235\r\n\r\n', 300);
const room = new Uint8Array(1024);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Opened before leaving the first namespace, where their paths are known to exist. */
const namespaces = {
  server: openSync(settings.server.netnsPath, 'r'),
  client: openSync(settings.client.netnsPath, 'r'),
};

function message(head: string, bytes: number): Uint8Array {
  return Buffer.from(head.padEnd(bytes, '.'), 'latin1');
}

function move(end: End, namespace: number): void {
  writeFileSync(`${end.cgroupPath}/cgroup.procs`, String(process.pid));
  enterNamespace(namespace);
}

move(settings.server, namespaces.server);
const ports = Array.from({ length: settings.ports }, (_, i) => settings.firstPort + i);
const listeners = ports.map((port) => listenOn(port, BACKLOG));
const addresses = ports.map((port) => socketAddress(settings.server.ip, port));
move(settings.client, namespaces.client);

/** Both ends of connection `n`. */
function open(n: number): [client: number, server: number] {
  const which = n % ports.length;
  const client = connectTo(addresses[which] as Uint8Array);
  return [client, accept(listeners[which] as number)];
}

function makeAtRate(perSecond: number, seconds: number): RateResult {
  const before = process.cpuUsage();
  const began = performance.now();
  let made = 0;
  for (;;) {
    const elapsed = (performance.now() - began) / 1000;
    if (elapsed >= seconds) break;
    const due = Math.floor(elapsed * perSecond);
    if (made >= due) Atomics.wait(sleeper, 0, 0, 1);
    for (; made < due && performance.now() - began < seconds * 1000; made++) {
      const [client, server] = open(made);
      transfer(client, server, request, room);
      transfer(server, client, answer, room);
      closeSocket(client);
      closeSocket(server);
    }
  }
  const { user, system } = process.cpuUsage(before);
  return { connections: made, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function hold(count: number): void {
  const pairs = Array.from({ length: count }, (_, n) => open(n));
  const byte = Uint8Array.of(1);
  console.log('ready');
  createInterface({ input: process.stdin }).on('line', () => {
    for (const [client, server] of pairs) transfer(client, server, byte, room);
    console.log('moved');
  });
}

const { task } = settings;
if (task.kind === 'rate') console.log(JSON.stringify(makeAtRate(task.perSecond, task.seconds)));
else hold(task.count);
