import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { connectAtRate } from './connections.ts';
import { hping } from './hping.ts';
import type { Iperf } from './iperf.ts';
import type { TwoPods } from './two-pods.ts';

/** A kind of traffic, and what of it each hook sees. */
export interface PacketLoad {
  readonly name: string;
  /** Programs of each contender that this load is for, by the end of their names. */
  readonly hooks: readonly string[];
  /** Nanoseconds over an empty program that NetGuard may cost, undefined where no goal was set. */
  readonly goalNs?: number;
  /** NetGuard's table of conversations is full before it begins. */
  readonly tableFull?: boolean;
  run(seconds: number): Promise<unknown>;
}

const CLOSED_PORT = '9';

/** iperf3's own port: somebody listens there, and nobody completes a handshake with an invented source. */
const OPEN_PORT = '5201';

/** All kinds of packets between two pods. Half-open requests of the flood are left behind, so it comes late. */
export function packetLoads({ client, server }: TwoPods, iperf: Iperf): PacketLoad[] {
  return [
    { name: 'TCP stream', hooks: ['in', 'out'], goalNs: 30, run: (seconds) => iperf.run('tcp', seconds) },
    { name: 'UDP 64 B', hooks: ['in', 'out'], goalNs: 120, run: (seconds) => iperf.run('udp', seconds) },
    { name: 'UDP, table full', hooks: ['in', 'out'], tableFull: true, run: (seconds) => iperf.run('udp', seconds) },
    {
      name: 'connections',
      hooks: ['state', 'destroy'],
      run: (seconds) => connectAtRate(client, server, 4000, seconds),
    },
    {
      name: 'UDP, closed port',
      hooks: ['drop'],
      goalNs: 120,
      run: (seconds) => udpToClosedPort(client, server, seconds),
    },
    { name: 'SYN, spoofed', hooks: ['in'], run: (seconds) => synFlood(client, server, seconds) },
  ];
}

async function udpToClosedPort(client: Pod, server: Pod, seconds: number): Promise<void> {
  await hping(client, seconds, ['--udp', '-p', CLOSED_PORT, '--flood', server.ip]);
}

async function synFlood(client: Pod, server: Pod, seconds: number): Promise<void> {
  await hping(client, seconds, ['-S', '-p', OPEN_PORT, '-i', 'u50', '--rand-source', server.ip]);
  await sleep(100);
}
