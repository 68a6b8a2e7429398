/** Calls each of its hosts on one port, `rounds` times, whoever answers, and says how many calls came about. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, settings } from '../../e2e/support/programs/settings.ts';

const { port, hosts, rounds, everyMs } = settings<{
  readonly port: number;
  readonly hosts: readonly string[];
  readonly rounds: number;
  readonly everyMs: number;
}>();
let answered = 0;
for (let round = 0; round < rounds; round++) {
  for (const host of hosts) {
    if (await call(host)) answered++;
    await sleep(everyMs);
  }
}
say({ answered });
process.exit(0);

async function call(host: string): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    socket.resume().end('request\n');
    await once(socket, 'close');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
