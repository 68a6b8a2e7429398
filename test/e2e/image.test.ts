/** The container image: built twice without an engine, read by podman and containerd, and run by podman as a DaemonSet runs it. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { StatusResponse } from '../../packages/agent/src/http/api-types.ts';
import { shippedVersion } from '../../tools/build/build-package.ts';
import { IMAGE_NAME } from '../../tools/image/image-name.ts';
import { repository, run, told } from './support/command.ts';
import { Containerd } from './support/containerd.ts';
import { getJson, httpGet } from './support/http.ts';
import { assertGone, assertWatching, objectsOf } from './support/kernel-objects.ts';
import { Podman } from './support/podman.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const image = `${IMAGE_NAME}:${shippedVersion()}`;
/** A container with the three capabilities and nothing else, on a root that cannot be written. */
const bounded = [
  '--cap-drop=ALL',
  '--cap-add=BPF,PERFMON,NET_ADMIN',
  '--read-only',
  '--network=host',
  '--pid=host',
  '--volume=/sys/fs/cgroup:/sys/fs/cgroup:ro',
  '--volume=/sys/fs/bpf:/sys/fs/bpf',
  '--tmpfs=/var/lib/netguard',
];
/** CAP_NET_ADMIN is bit 12, CAP_PERFMON 38, CAP_BPF 39. */
const threeCapabilities = ((1n << 12n) | (1n << 38n) | (1n << 39n)).toString(16).padStart(16, '0');

let directory: Temporary;
let podman: Podman;
let archives: string[] = [];

/** Builds the image in the same checkout at another path: a mount that only the build sees. */
async function build(place: string): Promise<string> {
  const checkout = directory.join(place);
  mkdirSync(checkout, { recursive: true });
  const archive = `${checkout}.oci.tar`;
  const script = 'mount --bind "$0" "$1"; cd "$1"; exec npm run --silent image -- --output "$2"';
  const ended = await run('unshare', ['--mount', 'sh', '-euc', script, repository, checkout, archive], {
    timeoutMs: 240_000,
    env: { PATH: `${repository}node_modules/.bin:${process.env.PATH}` },
  });
  assert.equal(ended.code, 0, told(ended));
  assert.match(ended.stdout, new RegExp(`^${image} for linux/`, 'm'));
  return archive;
}

before(async () => {
  directory = new Temporary();
  podman = new Podman(directory);
  archives = await Promise.all([build('one'), build('two/levels/down')]);
});
after(async () => {
  await podman?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
});

test('two builds at different paths give the same archive, byte for byte', () => {
  const [one, other] = archives.map((archive) => readFileSync(archive));
  assert.ok(one && other && one.length > 30e6);
  assert.ok(one.equals(other), 'the archives differ');
});

test('ctr -n k8s.io images import gives it the name that the chart has', async () => {
  await using containerd = await Containerd.start(directory);
  const ended = await containerd.ctr(['images', 'import', '--no-unpack', archives[0] ?? '']);
  assert.equal(ended.code, 0, told(ended));
  const { stdout } = await containerd.ctr(['images', 'list', '--quiet']);
  assert.equal(stdout.trim(), image);
  // Every blob that the manifest names is there.
  const checked = await containerd.ctr(['images', 'check', `name==${image}`]);
  assert.match(checked.stdout, /\bcomplete\b/, told(checked));
});

test('podman load gives it the same name, and the container is version, doctor and agent', async (t) => {
  const loaded = await podman.run(['load', '--quiet', '--input', archives[0] ?? '']);
  assert.equal(loaded.code, 0, told(loaded));
  assert.match(loaded.stdout, new RegExp(`^Loaded image: ${image}$`, 'm'));

  await t.test('version needs nothing', async () => {
    const options = ['--cap-drop=ALL', '--read-only', '--network=none'];
    await using container = podman.start('version', options, image, ['version', '-o', 'json']);
    assert.equal(await container.ended(), 0, container.stderr);
    const { version, node } = JSON.parse(container.stdout);
    assert.deepEqual([version, `v${node}`], [shippedVersion(), process.version]);
  });

  await t.test('doctor finds nothing that could be better', async () => {
    await using container = podman.start('doctor', bounded, image, ['doctor']);
    assert.equal(await container.ended(), 0, container.stdout + container.stderr);
    assert.match(container.stdout, /^✓ Compiled kernel programs +\/usr\/local\/lib\/netguard\/bpf$/m);
    assert.match(container.stdout, /^✓ Loading and attaching the programs /m);
    assert.doesNotMatch(container.stdout, /^[✗!]/m);
  });

  await t.test('agent gets ready with three capabilities, and SIGTERM ends it with status 0 in time', async () => {
    await using container = podman.start('agent', bounded, image, ['agent', '--listen', '127.0.0.1:0']);
    const [, url = ''] = await container.says(/"url":"(http:[^"]+)".*is watching/);
    await until('ready', async () => (await httpGet(`${url}/readyz`)).status === 200);
    const status = await getJson<StatusResponse>(`${url}/api/v1/status`);
    assert.equal(status.wholeHost, true);
    assert.deepEqual(
      status.programs.filter(({ attached }) => !attached),
      [],
    );

    const inspected = await podman.run(['inspect', '--format={{.State.Pid}}', 'agent']);
    const pid = Number(inspected.stdout);
    assert.match(
      readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
      /^\/usr\/local\/bin\/node\0\/usr\/local\/bin\/netguard\0agent/,
    );
    const capabilities = readFileSync(`/proc/${pid}/status`, 'utf8').matchAll(/^Cap(?:Prm|Eff|Bnd):\s*(\w+)$/gm);
    for (const [line, value] of capabilities) assert.equal(value, threeCapabilities, line);
    const objects = objectsOf(pid);
    assertWatching(objects);

    const { status: code, ms } = await container.stop('SIGTERM');
    assert.equal(code, 0, container.stderr);
    assert.ok(ms < 10_000, `it took ${Math.round(ms)} ms`);
    assert.doesNotMatch(container.stderr, /"level":"error"/);
    await assertGone(objects);
  });
});
