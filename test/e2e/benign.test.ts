/** What looks like a flood and is none: as many SYNs, and no `syn-flood`. The same listeners then do alert in a real one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { flashCrowd } from '../../packages/cli/src/demo/flash-crowd.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import { Flood } from './support/flood.ts';
import { Program } from './support/program.ts';
import { never, until } from './support/until.ts';

const port = 80;
/** syn-flood's `listenerSynsPerWindow`. */
const floor = 200;
let lab: Lab;
let crowd: Member;
/** Nobody whom the agent has ever seen complete a handshake. */
let strangers: Member;
let attacker: Member;
let agent: Agent;
let quick: Pod;
let slow: Pod;
before(async () => {
  lab = await Lab.open();
  crowd = await lab.addHost('crowd', { addresses: 64 });
  strangers = await lab.addHost('strangers', { addresses: 64 });
  attacker = await lab.addHost('attacker');
  [quick, slow] = (await lab.addPods([
    { namespace: 'benign', name: 'quick-0' },
    { namespace: 'benign', name: 'slow-0' },
  ])) as [Pod, Pod];
  await Program.start(quick, 'listener', { port }).line();
  // One accept in 100 ms, and a queue of eight.
  await Program.start(slow, 'listener', { port, backlog: 8, acceptMs: 100 }).line();
  agent = await Agent.start({ lab });
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
});

/** The most SYNs a second that the agent itself saw at the pod until the promise settles; fails at the first syn-flood. */
async function watchQuietly(pod: Pod, traffic: Promise<unknown>): Promise<number> {
  let peak = 0;
  let over = false;
  const look = async () => {
    peak = Math.max(peak, (await agent.listener(pod, port))?.synsPerSecond ?? 0);
    const [alert] = await agent.floodsOf(pod);
    return alert;
  };
  void traffic
    .catch(() => {})
    .finally(() => {
      over = true;
    });
  await until(
    'the end of the traffic',
    async () => {
      assert.equal(await look(), undefined, 'no syn-flood while real clients come');
      return over;
    },
    { withinMs: 60_000, everyMs: 200 },
  );
  await traffic;
  await never('a syn-flood after real clients came', look, { forMs: 3000 });
  return peak;
}

/** The detector is awake for this very listener. */
async function assertFloodIsTold(pod: Pod): Promise<void> {
  await using _attack = new Flood(attacker, pod.ip, { port, rate: 2000 });
  await until(`a flood of ${pod.name} is told`, async () => (await agent.floodsOf(pod))[0]);
}

test('a flash crowd of real clients at the rate of a flood raises no syn-flood', async (t) => {
  const visit = flashCrowd(crowd, quick.ip, port, { rate: 1000, seconds: 5 });
  const peak = await watchQuietly(quick, visit);
  const { connections, completed } = await visit;
  t.diagnostic(`${completed} of ${connections} clients were served, up to ${peak} SYNs in a second`);
  assert.ok(peak > 2 * floor, `the crowd was over the threshold: ${peak} SYN/s`);
  assert.ok(completed > connections * 0.9, `${completed} of ${connections}`);
  await assertFloodIsTold(quick);
});

test('an application that accepts slowly from a queue of eight raises no syn-flood; it is told what it is', async (t) => {
  const visit = flashCrowd(strangers, slow.ip, port, { rate: 400, seconds: 5 });
  const peak = await watchQuietly(slow, visit);
  const listener = await agent.listener(slow, port);
  const { connections, completed } = await visit;
  t.diagnostic(`${completed} of ${connections} clients were served; ${listener?.queueFullSyns} SYNs met a full queue`);
  assert.ok(peak > floor, `the crowd was over the threshold: ${peak} SYN/s`);
  assert.ok((listener?.queueFullSyns ?? 0) > 100, JSON.stringify(listener));
  assert.ok(
    (await agent.alertsOf(slow)).some(({ rule, category }) => rule === 'listener-overload' && category === 'health'),
  );
});
