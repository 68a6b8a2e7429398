import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BaselineView } from '../client/api-types.ts';
import { ApiServer } from '../testing/api-server.ts';
import { sampleStatus } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { baselineCard, baselineTable } from './baseline-views.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const directory = mkdtempSync(join(tmpdir(), 'netguard-baseline-'));
after(() => rmSync(directory, { recursive: true }));

function view(fields: Partial<BaselineView> = {}): BaselineView {
  return {
    workload: 'shop/Deployment/web',
    firstSeen: '2026-11-24T12:00:00.000Z',
    lastSeen: '2026-11-25T11:59:30.000Z',
    watchedSeconds: 43_200,
    progress: 0.5,
    measures: {
      'volume.served.bytes': { mean: 50_000, deviation: 10_000, samples: 8640, largest: 90_000, hoursOfWeek: 11 },
      'volume.served.flows': { mean: 3, deviation: 1, samples: 8640, largest: 9, hoursOfWeek: 11 },
    },
    facts: [
      {
        fact: '>shop/StatefulSet/db|5432|TCP',
        firstSeen: '2026-11-24T12:00:00.000Z',
        lastSeen: '2026-11-25T11:00:00.000Z',
        count: 120,
      },
      {
        fact: '<shop/Deployment/edge|8080|TCP',
        firstSeen: '2026-11-24T12:00:00.000Z',
        lastSeen: '2026-11-25T11:00:00.000Z',
        count: 7,
      },
      {
        fact: 'sent to 192.0.2.0/24',
        firstSeen: '2026-11-24T12:00:00.000Z',
        lastSeen: '2026-11-25T11:00:00.000Z',
        count: 1,
      },
    ],
    factsEvicted: 0,
    runs: [],
    ...fields,
  };
}

describe('baselines for people', () => {
  const plain = palette({ colour: false });

  it('are a line a workload with how far it has come', () => {
    const [head, web, backup] = baselineTable(
      [
        view(),
        view({
          workload: 'ops/CronJob/backup',
          progress: 1,
          measures: {},
          runs: [{ id: 'backup-1', lastSeen: '2026-11-25T02:00:00.000Z', totals: { bytes: 5e9 } }],
        }),
      ],
      plain,
      NOW,
    );
    assert.match(head ?? '', /WORKLOAD +LEARNED +SERVES +CALLS +EDGES +RUNS +LAST SEEN/);
    assert.match(web ?? '', /shop\/Deployment\/web +50 % +.*\/s +– +2 +– /);
    assert.match(backup ?? '', /ops\/CronJob\/backup +yes +– +– +2 +1 /);
  });

  it('are all that is known of a single one', () => {
    const lines = baselineCard(view({ factsEvicted: 12 }), plain, NOW).join('\n');
    assert.match(lines, /^shop\/Deployment\/web {2}50 % learned, watched for 12 h/);
    assert.match(lines, /to shop\/StatefulSet\/db:5432 \(TCP\) +120/);
    assert.match(lines, /from shop\/Deployment\/edge at :8080 \(TCP\)/);
    assert.match(lines, /^sent to 192\.0\.2\.0\/24/m);
    assert.match(lines, /12 were forgotten/);
  });
});

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Without a terminal, as a script runs it. */
function netguard(args: readonly string[], server: ApiServer): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const env = { ...process.env, NETGUARD_SERVER: server.url.origin };
  const child = execFile(process.execPath, [main, 'baseline', ...args], { env }, (error, stdout, stderr) =>
    resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
  );
  child.stdin?.end();
  return promise;
}

async function api(): Promise<ApiServer> {
  const server = await ApiServer.start();
  server.json('/api/v1/status', sampleStatus());
  return server;
}

describe('netguard baseline', () => {
  it('shows the list, one workload in full, and JSON lines', async () => {
    await using server = await api();
    server.json('/api/v1/baselines', { items: [view()] });
    assert.match((await netguard([], server)).stdout, /shop\/Deployment\/web +50 %/);
    assert.match((await netguard(['show', '--workload', 'web', '-n', 'shop'], server)).stdout, /watched for 12 h/);
    const asked = server.asked.findLast(({ path }) => path === '/api/v1/baselines')?.query;
    assert.deepEqual([asked?.get('workload'), asked?.get('namespace')], ['web', 'shop']);
    assert.equal(JSON.parse((await netguard(['show', '-o', 'json'], server)).stdout).workload, 'shop/Deployment/web');
    server.json('/api/v1/baselines', { items: [] });
    assert.equal((await netguard([], server)).stdout, 'nothing is learned yet\n');
    assert.match((await netguard(['shov'], server)).stderr, /Did you mean show/);
  });

  it('exports into a file that import sends back, in place of or merged with what is known', async () => {
    await using server = await api();
    const snapshot = { schemaVersion: 1, workloads: [] };
    server.json('/api/v1/baselines/export', snapshot);
    server.json('/api/v1/baselines/import', { workloads: 3 });
    const file = join(directory, 'baselines.json');
    assert.match((await netguard(['export', '-f', file], server)).stdout, /^0 workloads written to/);
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), snapshot);
    assert.deepEqual(JSON.parse((await netguard(['export'], server)).stdout), snapshot);
    assert.equal((await netguard(['import', file], server)).stdout, '3 workloads taken over\n');
    assert.equal(
      (await netguard(['import', '--merge', file], server)).stdout,
      '3 workloads merged with what was known\n',
    );
    const posts = server.asked.filter(({ method }) => method === 'POST').map(({ query }) => query.get('how'));
    assert.deepEqual(posts, ['replace', 'merge']);
    writeFileSync(file, 'no json');
    const broken = await netguard(['import', file], server);
    assert.deepEqual([broken.status, /it is no JSON\n.*baseline export/.test(broken.stderr)], [2, true]);
  });

  it('forgets what is named at once, and all only after a yes', async () => {
    await using server = await api();
    server.json('/api/v1/baselines/reset', { workloads: 1 });
    assert.equal((await netguard(['reset', '--workload', 'web'], server)).stdout, '1 workload forgotten\n');
    const unasked = await netguard(['reset'], server);
    assert.deepEqual([unasked.status, /no terminal to ask on\n.*--yes/.test(unasked.stderr)], [2, true]);
    assert.equal(server.asked.filter(({ method }) => method === 'POST').length, 1);
    assert.equal((await netguard(['reset', '--yes'], server)).status, 0);
    server.json('/api/v1/baselines/reset', { workloads: 0 });
    const nothing = await netguard(['reset', '-n', 'nowhere'], server);
    assert.deepEqual([nothing.status, nothing.stdout], [1, 'no workloads forgotten\n']);
  });
});
