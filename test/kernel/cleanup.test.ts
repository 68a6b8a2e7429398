/** After the end of a source, by close() or by SIGKILL under load, nothing of it is left in the kernel, and no traffic noticed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { heldBy, type KernelObject, remaining } from './support/kernel-objects.ts';
import { enterOwnNamespace } from './support/own-namespace.ts';
import { connectTcp, listenTcp } from './support/socket.ts';
import { waitFor } from './support/wait-for.ts';
import { Watch } from './support/watch.ts';
import { WatchChild } from './support/watch-child.ts';

enterOwnNamespace();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function kinds(objects: ReadonlySet<KernelObject>): string[] {
  return [...new Set([...objects].map((each) => each.split(' ')[0]!))].sort();
}

/** Traffic of every kind that the programs count, for a moment. */
function traffic(turns: number): void {
  const listener = listenTcp('127.0.0.1');
  for (let i = 0; i < turns; i++) {
    const client = connectTcp('127.0.0.1', listener.local).send(100);
    const server = listener.accept().receiveExactly(100);
    client.resetOnClose().close();
    server.close();
  }
  listener.close();
}

test('close() leaves no program, link or map', async () => {
  const before = heldBy('self');
  const ours = await (async () => {
    await using watch = new Watch();
    traffic(50);
    watch.source.tick();
    const now = heldBy('self');
    return new Set([...now].filter((each) => !before.has(each)));
  })();
  assert.deepEqual(kinds(ours), ['btf', 'link', 'map', 'prog']);
  assert.deepEqual(heldBy('self'), before, 'no descriptor is left');
  /* Maps that are mapped live until no view of them is reachable. */
  await waitFor(
    () => `gone: ${remaining(ours).join(', ')}`,
    () => {
      collectGarbage();
      return remaining(ours).length === 0;
    },
  );
});

test('close() ends a pending wait at once, and may be called again', async () => {
  const watch = new Watch();
  const waiting = assert.rejects(watch.source.poll(10_000), { code: 'LIBBPF_ERR_CLOSED' });
  const start = performance.now();
  await watch.source.close();
  await watch.source.close();
  await waiting;
  assert.ok(performance.now() - start < 1000);
});

test('SIGKILL under load leaves nothing, five times, and the connection of others goes on', async () => {
  const listener = listenTcp('127.0.0.1');
  const client = connectTcp('127.0.0.1', listener.local);
  const server = listener.accept();
  for (let turn = 0; turn < 5; turn++) {
    const child = await WatchChild.start({});
    const ours = heldBy(child.process.pid);
    assert.deepEqual(kinds(ours), ['btf', 'link', 'map', 'prog']);
    client.send(5000);
    server.receiveExactly(5000);
    traffic(200);
    await child.process.end('SIGKILL');
    traffic(50);
    client.send(5000);
    server.receiveExactly(5000);
    await waitFor(
      () => `gone: ${remaining(ours).join(', ')}`,
      () => remaining(ours).length === 0,
    );
  }
  assert.deepEqual([client.sent, server.received], [50_000, 50_000]);
  for (const socket of [client, server, listener]) socket.close();
});

test('ten sources one after the other leave no descriptor behind', async () => {
  const before = heldBy('self').size;
  for (let i = 0; i < 10; i++) {
    await using watch = new Watch({ settings: { maxSockets: 1024, maxLiveRecords: 1024 } });
    watch.source.tick();
  }
  assert.equal(heldBy('self').size, before);
});
