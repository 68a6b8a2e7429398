import { converse, pod, stranger, together, world } from '../../learn/sample-traffic.ts';
import type { StratumFacts } from '../../payload/facts.ts';
import { clientHello, said } from '../application-observations.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';

export const miner = pod('web');
export const pool = world('203.0.113.33');
export const WALLET = `4${'A1b2C3d4E5'.repeat(9)}.rig-7`;

export function stratum(more: Partial<StratumFacts> = {}): StratumFacts {
  return { protocol: 'stratum', message: 'request', method: 'login', login: WALLET, agent: 'XMRig/6.21.0', ...more };
}

/** A connection of so many seconds with a TLS hello, then a job and a share every ten seconds of it. */
export function tlsSession(serverName: string | undefined, port: number, seconds: number, bytes = 600): Seen[] {
  const moved = Array.from({ length: seconds }, (_, second): readonly [number, number] => {
    if (second === 0) return [600, 3000];
    return second % 10 === 0 ? [bytes / 2, bytes] : [0, 0];
  });
  const connection = [
    ...converse({ local: miner, remote: pool, role: 'client', port, fromMs: START_MS, seconds: moved, stays: true }),
  ];
  const localPort = connection[0]?.observation.kind === 'connection' ? connection[0].observation.local.port : 0;
  const facts = clientHello(serverName);
  const hello = said({ atMs: START_MS + 5, client: miner, server: pool, port, by: 'client', facts, localPort });
  return together([hello], connection);
}

/** XMRig logs in at a pool and gets jobs. */
export function login(port = 3333): Seen[] {
  const ends = { client: miner, server: pool, port };
  return [
    said({ ...ends, atMs: START_MS, by: 'client', facts: stratum() }),
    said({
      ...ends,
      atMs: START_MS + 30,
      by: 'server',
      facts: { protocol: 'stratum', message: 'response', method: '' },
    }),
  ];
}

export const attack: Scenario = (set) => play(set, login(), START_MS + 400_000);
/** As long and quiet a connection, to a broker, on its port. */
export const benign: Scenario = (set) => play(set, tlsSession('mqtt.example.com', 8883, 360), START_MS + 400_000);

/** A workload that opens TLS to a port of pools. */
export function strangers(index: number, timeMs: number): Seen[] {
  const client = { ...miner, workload: { kind: 'Deployment', name: `w${index}` } };
  const facts = clientHello(`host-${index}.example`);
  return [said({ atMs: timeMs, client, server: stranger(index), port: 3333, by: 'client', facts })];
}
