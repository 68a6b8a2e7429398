import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import { leftovers } from './leftovers.ts';

/** A Node one-liner that answers one connection with the peer's address. */
const echoPeer =
  "require('net').createServer(s => s.end(s.remoteAddress)).listen(8080, process.argv[1], () => console.log('up'))";
const fetchText = "require('net').connect(8080, process.argv[1]).on('data', d => process.stdout.write(d))";

async function peerSeenBy(server: Member, at: string, client: Member): Promise<string> {
  const listener = server.spawn(process.execPath, ['-e', echoPeer, at], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(listener.stdout!, 'data');
  const { stdout, stderr } = await client.run([process.execPath, '-e', fetchText, at]);
  listener.kill('SIGKILL');
  await once(listener, 'exit');
  assert.equal(stderr, '');
  return stdout;
}

test('an eight-pod lab is up in less than two seconds and gone in less than one', async () => {
  const start = performance.now();
  const lab = await Lab.open({ ipv6: true });
  await lab.addPods(Array.from({ length: 8 }, (_, i) => ({ namespace: 'shop', name: `web-${i}` })));
  const up = performance.now();
  await lab.close();
  assert.ok(up - start < 2_000, `up after ${up - start} ms`);
  assert.ok(performance.now() - up < 1_000, `gone after ${performance.now() - up} ms`);
  assert.deepEqual(leftovers(lab.run), []);
});

test('pods reach each other over IPv4 and IPv6 with their own addresses', async () => {
  await using lab = await Lab.open({ ipv6: true });
  const [web, api] = await lab.addPods([
    { namespace: 'shop', name: 'web-0' },
    { namespace: 'shop', name: 'api-0' },
  ]);
  assert.ok(web?.ip6 && api?.ip6);
  assert.equal(await peerSeenBy(web, web.ip, api), api.ip);
  assert.equal(await peerSeenBy(web, web.ip6, api), api.ip6);
});

test('a host outside reaches a pod through the router and is seen with its world address', async () => {
  await using lab = await Lab.open({ ipv6: true });
  const web = await lab.addPod({ namespace: 'shop', name: 'web-0' });
  const attacker = await lab.addHost('attacker');
  assert.match(attacker.ip, /^203\.0\.113\./);
  assert.equal(await peerSeenBy(web, web.ip, attacker), attacker.ip);
  assert.equal(await peerSeenBy(web, web.ip6 ?? '', attacker), attacker.ip6);
});

test('a process in a pod has the pod’s cgroup, its namespace and the pid that spawn() told', async () => {
  await using lab = await Lab.open();
  const uid = '1f18e6a7-2df9-4cb2-97b4-a53f58a8117e';
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-0', uid });
  const child = pod.spawn('/bin/sh', ['-c', 'echo $$; cat /proc/self/cgroup; exec sleep 100']);
  const [text] = (await once(child.stdout!, 'data')) as [Buffer];
  assert.equal(Number(text.toString().split('\n')[0]), child.pid);
  const cgroup = readFileSync(`/proc/${child.pid}/cgroup`, 'utf8');
  assert.match(
    cgroup,
    /^0::\/netguard-ng-\w+\/kubepods\.slice\/kubepods-burstable\.slice\/kubepods-burstable-pod1f18e6a7_2df9_4cb2_97b4_a53f58a8117e\.slice\/cri-containerd-[0-9a-f]{64}\.scope$/m,
  );
  assert.equal(statSync(`/proc/${child.pid}/ns/net`).ino, pod.netnsInode);
  assert.equal(statSync(pod.cgroupPath).ino, pod.cgroupId);
});

test('the cgroupfs driver’s paths are spelled as the kubelet does', async () => {
  await using lab = await Lab.open({ driver: 'cgroupfs' });
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-0' });
  assert.match(pod.cgroupPath, new RegExp(`/kubepods/burstable/pod${pod.uid}/[0-9a-f]{64}$`));
  const { stdout } = await pod.run('cat /proc/self/cgroup');
  assert.ok(stdout.includes(`/kubepods/burstable/pod${pod.uid}/${pod.containerId}`));
});

test('a victim has a way back to any address, and answers to spoofed sources end silently at the router', async () => {
  await using lab = await Lab.open();
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-0' });
  assert.match((await pod.run('ip route get 198.18.7.7')).stdout, /via 10\.\d+\.\d+\.1 dev eth0/);
  // An ICMP error would end the connect at once; a black hole leaves it hanging.
  const connect =
    "require('net').connect(80, '198.18.7.7').on('error', e => console.log(e.code)); setTimeout(() => process.exit(), 500)";
  assert.equal((await pod.run([process.execPath, '-e', connect])).stdout, '');
});

test('the host’s own interfaces and routes are untouched', async () => {
  const ofTheHost = () =>
    ['link', 'address', 'route', '-6 route', 'rule'].map((what) =>
      execFileSync('ip', ['-o', ...what.split(' ')], { encoding: 'utf8' }),
    );
  const before = ofTheHost();
  await using lab = await Lab.open({ ipv6: true });
  await lab.addPod({ namespace: 'shop', name: 'web-0' });
  await lab.addHost('attacker');
  for (const text of ofTheHost()) assert.ok(!text.includes(lab.run) && !text.includes('pods0'), text);
  assert.deepEqual(ofTheHost()[2], before[2]);
});

test('labs at the same time have different names and networks and do not see each other’s end', async () => {
  const labs = await Promise.all([Lab.open(), Lab.open(), Lab.open()]);
  const pods = await Promise.all(labs.map((lab) => lab.addPod({ namespace: 'shop', name: 'web-0' })));
  assert.equal(new Set(pods.map(({ ip }) => ip)).size, 3);
  await labs[0]?.close();
  assert.equal((await pods[1]?.run('true'))?.code, 0);
  await Promise.all(labs.map((lab) => lab.close()));
  for (const { run } of labs) assert.deepEqual(leftovers(run), []);
});

test('a removed pod takes its processes, its address and its cgroup with it', async () => {
  await using lab = await Lab.open();
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-0' });
  const child = pod.spawn('/bin/sh', ['-c', 'echo inside; sleep 1000']);
  await once(child.stdout!, 'data');
  const exited = once(child, 'exit');
  await lab.removePod(pod);
  assert.deepEqual((await exited)[1], 'SIGKILL');
  assert.ok(!leftovers(lab.run).some((line) => line.includes('web-0')));
  assert.deepEqual(lab.identities().pods, []);
  await lab.addPod({ namespace: 'shop', name: 'web-0' });
});

test('the identities say who is who, and their file can be read', async () => {
  await using lab = await Lab.open({ ipv6: true });
  const workload = { kind: 'Deployment', name: 'web' };
  const pod = await lab.addPod({ namespace: 'shop', name: 'web-0', workload, labels: { app: 'web' } });
  const directory = await mkdtemp(join(tmpdir(), 'netguard-lab-'));
  lab.writeIdentities(join(directory, 'identities.yaml'));
  const [written] = JSON.parse(readFileSync(join(directory, 'identities.yaml'), 'utf8')).pods;
  await rm(directory, { recursive: true });
  assert.deepEqual(written, JSON.parse(JSON.stringify(pod.identity('netguard-lab'))));
  assert.deepEqual(
    { uid: written.uid, workload: written.workload, labels: written.labels, ips: written.ips },
    { uid: pod.uid, workload, labels: { app: 'web' }, ips: [pod.ip, pod.ip6] },
  );
});

test('what cannot be a pod is refused by name', async () => {
  const lab = await Lab.open();
  await lab.addPod({ namespace: 'shop', name: 'web-0' });
  const refused = { code: 'NG_ERR_LAB_MEMBER' };
  await assert.rejects(lab.addPod({ namespace: 'shop', name: 'web-0' }), refused);
  await assert.rejects(lab.addPod({ namespace: 'shop', name: 'web\nnetns del x' }), refused);
  await assert.rejects(lab.addHost('router'), refused);
  await lab.close();
  await assert.rejects(lab.addPod({ namespace: 'shop', name: 'web-1' }), { code: 'NG_ERR_LAB_CLOSED' });
});

test('a closed lab says so and can be closed again', async () => {
  const lab = await Lab.open();
  await lab.close();
  await lab.close();
});
