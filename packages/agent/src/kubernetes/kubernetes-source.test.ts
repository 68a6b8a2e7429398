import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApiServerDouble, refuse } from '../testing/api-server-double.ts';
import { accessTo, FollowedCluster } from '../testing/followed-cluster.ts';
import {
  containerId,
  controlledBy,
  rawNamespace,
  rawNode,
  rawOwner,
  rawPod,
  rawService,
  rawSlice,
  uidOf,
} from '../testing/kubernetes-objects.ts';
import { until } from '../testing/until.ts';
import type { WatchTiming } from './resource-watch.ts';

let server: ApiServerDouble;
let followed: FollowedCluster[];

beforeEach(async () => {
  server = await ApiServerDouble.start();
  followed = [];
});
afterEach(async () => {
  for (const one of followed) await one.source.stop();
  await server.close();
});

function follow(timing: Partial<WatchTiming> = {}, foldMs?: number): FollowedCluster {
  const cluster = new FollowedCluster(accessTo(server), timing, foldMs);
  followed.push(cluster);
  return cluster;
}

async function synced(timing: Partial<WatchTiming> = {}): Promise<FollowedCluster> {
  const cluster = follow(timing);
  await until(() => cluster.isSynced());
  return cluster;
}

describe('what the API server has', () => {
  it('is told whole, then as it changes', async () => {
    server.put('replicasets', rawOwner(90, 'web-7d4f', controlledBy('Deployment', 'web', 80)));
    server.put('pods', rawPod(1, 'web-1', { metadata: controlledBy('ReplicaSet', 'web-7d4f', 90) }));
    server.put('services', rawService('web', '10.96.0.10', { selector: { app: 'web' } }));
    server.put('endpointslices', rawSlice('web-abc', 'web', ['10.244.0.1']));
    server.put('nodes', rawNode('worker-1', '192.168.0.11'));
    const cluster = await synced();
    await until(() => cluster.pods.size === 1 && cluster.services.get('shop/web')?.endpoints !== undefined);
    const pod = cluster.pods.get(uidOf(1))!;
    assert.deepEqual(pod.workload, { kind: 'Deployment', name: 'web' });
    assert.equal(pod.containers[0]?.id, containerId(1));
    assert.deepEqual(cluster.services.get('shop/web')?.endpoints?.[0]?.ips, ['10.244.0.1']);
    assert.deepEqual(cluster.nodes.get('worker-1'), { name: 'worker-1', ips: ['192.168.0.11'] });
    assert.ok(cluster.deltas.filter(({ pods }) => pods.length > 0).every(({ isNews }) => !isNews));

    server.put('pods', rawPod(2, 'web-2'));
    server.put('endpointslices', rawSlice('web-abc', 'web', ['10.244.0.1', '10.244.0.2']));
    server.put('endpointslices', rawSlice('web-def', 'web', ['10.244.0.3']));
    await until(() => cluster.pods.size === 2 && cluster.services.get('shop/web')?.endpoints?.length === 2);
    assert.equal(cluster.deltas.at(-1)?.isNews, true);
    server.remove('pods', rawPod(1, 'web-1'));
    server.remove('services', rawService('web', ''));
    server.remove('nodes', rawNode('worker-1', ''));
    await until(() => cluster.services.size === 0 && cluster.nodes.size === 0);
    assert.deepEqual(cluster.podNames, ['web-2']);
  });

  it('tells the labels of namespaces', async () => {
    server.put('namespaces', rawNamespace('shop', { team: 'blue' }), rawNamespace('ops'));
    const cluster = await synced();
    await until(() => cluster.namespaces.get('shop')?.team === 'blue' && cluster.namespaces.has('ops'));
    server.put('namespaces', rawNamespace('shop', { team: 'red' }));
    server.remove('namespaces', rawNamespace('ops'));
    await until(() => cluster.namespaces.get('shop')?.team === 'red' && !cluster.namespaces.has('ops'));
  });

  it('comes in pages of one moment', async () => {
    server.put('pods', ...Array.from({ length: 23 }, (_, nth) => rawPod(nth, `p-${nth}`)));
    const cluster = await synced({ pageSize: 5 });
    await until(() => cluster.pods.size === 23);
    const lists = server.askedOf('pods', 'list');
    assert.deepEqual(
      lists.map(({ query }) => query.get('limit')),
      ['5', '5', '5', '5', '5'],
    );
    assert.equal(new Set(lists.map(({ query }) => query.get('continue'))).size, 5);
    assert.equal(cluster.resource('pods').objects, 23);
    assert.equal(cluster.resource('pods').resourceVersion, server.version);
  });

  it('is asked of ReplicaSets, Jobs and namespaces as metadata only', async () => {
    await synced();
    for (const resource of ['replicasets', 'jobs', 'namespaces'] as const) {
      for (const verb of ['list', 'watch'] as const) {
        for (const { accept } of server.askedOf(resource, verb)) assert.match(accept, /as=PartialObjectMetadata/);
      }
    }
    assert.equal(server.askedOf('pods', 'list')[0]?.accept, 'application/json');
  });

  it('is told on a few times a second, however much comes', async () => {
    const cluster = follow({}, 250);
    await until(() => cluster.isSynced());
    const [told, beganMs] = [cluster.deltas.length, performance.now()];
    for (let nth = 0; nth < 300; nth++) {
      server.put('pods', rawPod(nth, `p-${nth}`));
      if (nth % 3 === 0) server.remove('pods', rawPod(nth, `p-${nth}`));
      if (nth % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until(() => cluster.pods.size === 200);
    const most = Math.ceil((performance.now() - beganMs) / 250) + 1;
    assert.ok(
      cluster.deltas.length - told <= most,
      `${cluster.deltas.length - told} times, ${most} expected at the most`,
    );
    assert.ok(cluster.deltas.every(({ pods, podsGone }) => pods.length + podsGone.length <= 500));
  });
});

describe('a watch', () => {
  it('that ends in time goes on where it stopped, without another list', async () => {
    server.put('pods', rawPod(1, 'a'));
    const cluster = await synced();
    server.bookmark('pods');
    server.put('nodes', rawNode('worker-9', '192.168.0.19'));
    server.bookmark('pods');
    await until(() => cluster.resource('pods').resourceVersion === server.version);
    const resumed = server.version;
    server.cut();
    await until(() => cluster.isSynced() && server.askedOf('pods', 'watch').length > 1);
    assert.equal(server.askedOf('pods', 'list').length, 1);
    assert.equal(server.askedOf('pods', 'watch')[1]?.query.get('resourceVersion'), resumed);
    assert.equal(server.askedOf('pods', 'watch')[0]?.query.get('allowWatchBookmarks'), 'true');
    server.put('pods', rawPod(2, 'b'));
    await until(() => cluster.pods.size === 2);
    const restarts = new Map(cluster.source.restarts());
    assert.ok((restarts.get('pods') ?? 0) >= 1);
  });

  it('is asked for a limited time, and begun again after it', async () => {
    const cluster = await synced({ watchSeconds: 0.51 });
    await until(() => server.askedOf('nodes', 'watch').length >= 2);
    const seconds = server.askedOf('nodes', 'watch').map(({ query }) => Number(query.get('timeoutSeconds')));
    assert.ok(seconds.every((one) => one === 1));
    assert.equal(server.askedOf('nodes', 'list').length, 1);
    assert.equal(cluster.states.filter((state) => /retrying/.test(state)).length, 0);
  });

  it('misses nothing of what happened while it was away', async () => {
    server.put('pods', rawPod(1, 'a'), rawPod(2, 'b'));
    const cluster = await synced();
    await until(() => cluster.pods.size === 2);
    server.fault = ({ verb }, response) => {
      if (verb === 'watch') response.destroy();
      return verb === 'watch';
    };
    server.cut();
    await until(() => cluster.resource('pods').state === 'retrying');
    server.remove('pods', rawPod(1, 'a'));
    server.put('pods', rawPod(3, 'c'));
    server.fault = undefined;
    await until(() => cluster.podNames.join() === 'b,c');
    assert.equal(server.askedOf('pods', 'list').length, 1);
  });

  it('that falls silent is given up', async () => {
    const cluster = await synced({ idleMs: 60 });
    await until(() => cluster.states.some((state) => state === 'pods: retrying (nothing came for 0.06 s)'));
    await until(() => server.askedOf('pods', 'watch').length >= 3);
    assert.equal(server.askedOf('pods', 'list').length, 1);
  });

  it('that ends at once, again and again, is not asked for in a tight loop', async () => {
    server.fault = ({ verb }, response) => {
      if (verb === 'watch') response.end();
      return verb === 'watch';
    };
    const cluster = follow({ firstRetryMs: 40, maxRetryMs: 100_000, shortestWatchMs: 1000 });
    await until(() => server.askedOf('pods', 'watch').length >= 4);
    /* 40, 80, 160 ms, at least half of it. */
    const wholeMs = 140;
    assert.equal(cluster.resource('pods').lastError, 'the watch ended at once');
    const beganMs = performance.now();
    await until(() => server.askedOf('pods', 'watch').length >= 5);
    assert.ok(performance.now() - beganMs > wholeMs / 2);
  });
});

describe('lost history', () => {
  for (const goneAs of ['event', 'status'] as const) {
    it(`(410 as ${goneAs}) costs a new list, and nothing is forgotten meanwhile`, async () => {
      server.goneAs = goneAs;
      server.put('pods', rawPod(1, 'a'), rawPod(2, 'b'));
      const cluster = await synced();
      await until(() => cluster.pods.size === 2);
      server.fault = ({ resource, verb }, response) => {
        if (resource === 'pods' && verb === 'list') refuse(response, 500, 'InternalError', 'etcd is away');
        return resource === 'pods' && verb === 'list';
      };
      server.cut();
      server.remove('pods', rawPod(1, 'a'));
      server.put('pods', rawPod(3, 'c'));
      server.compact();
      await until(() => cluster.resource('pods').lastError === 'etcd is away');
      assert.deepEqual(cluster.podNames, ['a', 'b']);
      assert.deepEqual(cluster.resource('pods').state, 'retrying');
      server.fault = undefined;
      await until(() => cluster.podNames.join() === 'b,c');
      await until(() => cluster.isSynced());
      assert.equal(cluster.deltas.flatMap(({ podsGone }) => podsGone).length, 1);
    });
  }

  it('in the middle of a watch is an event of it', async () => {
    server.put('pods', rawPod(1, 'a'));
    const cluster = await synced();
    server.compact({ tellWatches: true });
    await until(() => server.askedOf('pods', 'list').length === 2 && cluster.isSynced());
    assert.deepEqual(cluster.podNames, ['a']);
  });

  it('between two pages begins the list again, in one piece', async () => {
    server.put('pods', ...Array.from({ length: 9 }, (_, nth) => rawPod(nth, `p-${nth}`)));
    let pages = 0;
    server.fault = ({ resource, verb }) => {
      if (resource === 'pods' && verb === 'list' && ++pages === 2) server.compact();
      return false;
    };
    const cluster = await synced({ pageSize: 4 });
    await until(() => cluster.pods.size === 9);
    assert.deepEqual(
      server.askedOf('pods', 'list').map(({ query }) => query.get('limit')),
      ['4', '4', null],
    );
  });

  it('ahead of what the API server has (it was put back from a backup) costs a new list', async () => {
    server.put('pods', rawPod(1, 'a'));
    const cluster = await synced();
    await until(() => cluster.pods.size === 1);
    server.rewind(500);
    server.put('pods', rawPod(2, 'b'));
    await until(() => cluster.podNames.join() === 'a,b');
    await until(() => cluster.isSynced());
    assert.equal(cluster.resource('pods').resourceVersion, '501');
  });
});

describe('the API server away', () => {
  it('at the start is waited for', async () => {
    const { port } = server;
    const access = accessTo(server);
    await server.close();
    const cluster = new FollowedCluster(access);
    followed.push(cluster);
    await until(() => /ECONNREFUSED/.test(cluster.resource('pods').lastError ?? ''));
    assert.equal(cluster.status().state, 'syncing');
    assert.match(cluster.sentences().join(), /has not told all names yet \(.*ECONNREFUSED/);
    server = await ApiServerDouble.start({ port });
    server.put('pods', rawPod(1, 'a'));
    await until(() => cluster.podNames.join() === 'a');
  });

  it('later leaves what was known, and is found again', async () => {
    server.put('pods', rawPod(1, 'a'), rawPod(2, 'b'));
    const cluster = await synced();
    await until(() => cluster.pods.size === 2);
    const { port } = server;
    await server.close();
    await until(() => /ECONNREFUSED/.test(cluster.resource('pods').lastError ?? ''));
    assert.deepEqual(cluster.podNames, ['a', 'b']);
    server = await ApiServerDouble.start({ port, version: 2000 });
    server.put('pods', rawPod(2, 'b'), rawPod(3, 'c'));
    server.compact();
    await until(() => cluster.podNames.join() === 'b,c');
  });

  it('and slow: an answer that does not come, and a list that stops in the middle', async () => {
    server.put('pods', rawPod(1, 'a'));
    const stuck = new Set(['pods list', 'nodes list']);
    server.fault = ({ resource, verb }, response) => {
      const isFirst = stuck.delete(`${resource} ${verb}`);
      if (isFirst && resource === 'nodes') {
        response.writeHead(200);
        response.write('{"items":[{"metadata":{"name":"half-');
      }
      return isFirst;
    };
    const cluster = await synced({ answerMs: 60, idleMs: 60 });
    await until(() => cluster.pods.size === 1);
    assert.ok(cluster.states.some((state) => /^pods: syncing \(no answer within/.test(state)));
    assert.ok(cluster.states.some((state) => /^nodes: syncing \(nothing came for/.test(state)));
    assert.equal(cluster.nodes.size, 0);
  });

  it('and busy: it says itself when to come back', async () => {
    let asked = 0;
    let beganMs = 0;
    server.fault = ({ resource, verb }, response) => {
      if (resource !== 'nodes' || verb !== 'list' || asked++ > 0) return false;
      beganMs = performance.now();
      refuse(response, 429, 'TooManyRequests', 'later', { 'retry-after': '1' });
      return true;
    };
    await synced();
    assert.ok(performance.now() - beganMs > 950);
  });
});

describe('credentials', () => {
  it('that are refused are read again', async () => {
    server.token = 'second';
    server.put('pods', rawPod(1, 'a'));
    const credentials = { token: 'first' };
    const access = accessTo(server, credentials);
    const cluster = new FollowedCluster(access);
    followed.push(cluster);
    await until(() => access.renewals > 2);
    await until(() => cluster.resource('nodes').lastError === 'Unauthorized');
    credentials.token = 'second';
    await until(() => cluster.podNames.join() === 'a');
  });

  it('without a right cost only what it is about, and say which', async () => {
    server.forbid('replicasets', 'list');
    server.forbid('nodes', 'watch');
    server.put('nodes', rawNode('worker-1', '192.168.0.11'));
    const labels = { 'pod-template-hash': '7d4f' };
    server.put('pods', rawPod(1, 'web-1', { metadata: { labels, ...controlledBy('ReplicaSet', 'web-7d4f', 90) } }));
    const cluster = follow();
    await until(() => cluster.pods.size === 1 && cluster.nodes.size === 1);
    assert.deepEqual(cluster.pods.get(uidOf(1))?.workload, { kind: 'Deployment', name: 'web' });
    await until(() => cluster.resource('nodes').state === 'forbidden');
    assert.equal(cluster.resource('replicasets').lastError, 'The ClusterRole does not allow list on replicasets.apps');
    assert.equal(cluster.resource('nodes').lastError, 'The ClusterRole does not allow watch on nodes');
    assert.match(
      cluster.sentences().join('\n'),
      /Deployments are guessed from the names of pods\. Allow the verbs list and watch on replicasets \(apiGroup apps\)/,
    );
    assert.equal(cluster.status().state, 'synced');
    server.allowAll();
    await until(() => cluster.isSynced());
    assert.deepEqual(cluster.sentences(), []);
  });
});

describe('what is not as it should be', () => {
  it('in a watch, costs a new list and no name', async () => {
    server.put('pods', rawPod(1, 'a'));
    const cluster = await synced();
    await until(() => cluster.pods.size === 1);
    const broken = ['{"type":"ADDED","object":{"meta\n', '[]\n', '{"type":"RENAMED","object":{}}\n', '\u0000\n'];
    for (const [nth, line] of broken.entries()) {
      await until(() => server.openWatches('pods') === 1 && cluster.isSynced());
      server.say('pods', line);
      await until(() => server.askedOf('pods', 'list').length === nth + 2);
    }
    assert.deepEqual(cluster.podNames, ['a']);
    server.put('pods', rawPod(2, 'b'));
    await until(() => cluster.podNames.join() === 'a,b');
  });

  it('in a list, is tried again', async () => {
    server.put('pods', rawPod(1, 'a'));
    const pages = ['<html>bad gateway</html>', '{"items":[{"metadata":', '{"items":[]}', 'null'];
    server.fault = ({ resource, verb }, response) => {
      const page = resource === 'pods' && verb === 'list' ? pages.shift() : undefined;
      if (page !== undefined) response.end(page);
      return page !== undefined;
    };
    const cluster = await synced();
    await until(() => cluster.podNames.join() === 'a');
    assert.ok(cluster.states.some((state) => state.includes('a list without resourceVersion')));
  });

  it('in an object, leaves that one out and counts it', async () => {
    server.put('pods', { metadata: { name: 'no-uid', namespace: 'shop' } }, rawPod(1, 'a'));
    const cluster = await synced();
    server.put('pods', { metadata: { name: 'bad\nname', namespace: 'shop', uid: uidOf(7) } }, rawPod(2, 'b'));
    await until(() => cluster.podNames.join() === 'a,b');
    assert.equal(cluster.resource('pods').unusable, 2);
  });
});
