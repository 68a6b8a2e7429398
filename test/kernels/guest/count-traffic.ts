/** Makes traffic of every kind between two namespaces and compares what was sent with what the agent's source counted. */
import { existsSync } from 'node:fs';
import { enterOwnCgroup } from '../../kernel/support/own-cgroup.ts';
import { enterOwnNamespace, ip } from '../../kernel/support/own-namespace.ts';
import { PeerNamespace } from '../../kernel/support/peer-namespace.ts';
import { Watch } from '../../kernel/support/watch.ts';
import type { Count, DaemonResult, Trial } from '../report.ts';
import { NETGUARD, servedDaemon } from './daemon.ts';
import { countByExample } from './examples.ts';
import { cgroups } from './parts/cgroups.ts';
import { connections } from './parts/connections.ts';
import { closedPorts, datagrams } from './parts/datagrams.ts';
import { live } from './parts/live.ts';
import { OlderSockets, older } from './parts/older.ts';
import { payload } from './parts/payload.ts';
import { synBurst } from './parts/syn-burst.ts';
import { scriptCounts } from './script.ts';
import { type Found, OWN, type Part, PEER, type Stage } from './stage.ts';
import { exampleObjects, tryObject } from './try-programs.ts';

/** Where it is, in guests that have it. */
const BPFTRACE = '/bpftrace';

/** First by the source itself, then by the examples, then by `netguard run` through its API, at last by a script that it runs. */
export async function* countTraffic(): AsyncGenerator<Trial | Count | DaemonResult> {
  enterOwnNamespace();
  await using peer = await PeerNamespace.open();
  ip(`-6 addr add ${OWN.v6}/64 dev eth0 nodad`);
  peer.inside(() => ip(`-6 addr add ${PEER.v6}/64 dev eth0 nodad`));
  const cgroup = enterOwnCgroup();
  const before = new OlderSockets(peer);
  {
    await using watch = new Watch({ cgroupId: cgroup.id, payload: { mode: 'metadata' } });
    yield* sampledPackets(watch);
    const stage: Stage = { watch, peer, cgroup };
    for (const part of [older(before), connections, live, datagrams, closedPorts, synBurst, payload, cgroups]) {
      for (const found of await results(part, stage))
        yield { kind: 'count', ...found, differences: found.differences.slice(0, 3) };
    }
    yield { kind: 'count', ...losses(watch) };
  }
  for (const object of exampleObjects())
    yield* tryObject(object, (loaded) => countByExample(object.path, loaded, peer));
  yield* servedDaemon(peer);
  if (!existsSync(BPFTRACE)) return;
  const script = '/netguard/examples/packet-sizes.bt';
  for await (const found of scriptCounts({ command: NETGUARD, bpftrace: BPFTRACE, script }))
    yield { kind: 'count', ...found };
}

/** What the agent's own loader came to with those programs that are tried in no other way. */
function* sampledPackets(watch: Watch): Generator<Trial> {
  for (const { name: program, attached, reason } of watch.source.programs()) {
    if (!program.startsWith('ng_packet')) continue;
    const result = { loads: true, attaches: attached, ...(reason && { reason }) };
    yield { kind: 'trial', object: 'packets', program, variant: 'payload sampled', ...result };
  }
}

/** A part that ends by an error has counted nothing. */
async function results(part: Part, stage: Stage): Promise<readonly Found[]> {
  try {
    return await part.count(stage);
  } catch (error) {
    const { program, what } = part;
    return [
      {
        program,
        what,
        sent: 1,
        counted: 0,
        differences: [error instanceof Error ? (error.stack ?? '') : String(error)],
      },
    ];
  }
}

/** Nothing of this little traffic may be lost. */
function losses(watch: Watch): Found {
  const lost = Object.entries(watch.lost());
  return {
    program: 'all of them',
    what: 'events that were lost',
    sent: 0,
    counted: lost.reduce((all, [, count]) => all + count, 0),
    differences: lost.map(([source, count]) => `${source}: ${count}`),
  };
}
