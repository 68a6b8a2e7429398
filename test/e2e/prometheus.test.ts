/** A real Prometheus scrapes a real agent: its numbers are the traffic's, its rules fire, every dashboard has data. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dashboards } from '../../deploy/grafana/src/dashboards.ts';
import { expressions, labelQueries } from '../../deploy/grafana/src/expressions.ts';
import { ask, substituted } from '../../deploy/testing/promql.ts';
import { ruleFile, rules } from '../../deploy/testing/rule-file.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import { Flood } from './support/flood.ts';
import { Program } from './support/program.ts';
import type { Talk } from './support/programs/talk.ts';
import { Prometheus } from './support/prometheus.ts';
import { until } from './support/until.ts';

/** Selectors that find nothing here, and why. */
const EMPTY: readonly (readonly [selector: RegExp, reason: string])[] = [
  [
    /^netguard_bpf_program_(seconds|runs)_total\b/,
    'kernel.bpf_stats_enabled is off, and NetGuard never switches it on',
  ],
  [/^netguard_hubble_/, 'the kernel is the source here'],
  [/^(node:)?netguard_lost_events[_:]/, 'a lab this small loses nothing'],
  [/^netguard_alerts_open\{.*severity="(medium|low)"/, 'the only alert here is graver'],
  [/^netguard_\w+\{[^}]*="other"/, 'there are fewer names than metrics.maxSeriesPerMetric'],
];

/** Alerts whose condition does not depend on what else this machine does: the agent watches all of it. */
const HEALTH: readonly string[] = [
  'NetGuardAgentDown',
  'NetGuardAbsent',
  'NetGuardAgentRestarting',
  'NetGuardProgramDetached',
  'NetGuardHubbleDisconnected',
  'NetGuardIdentityStale',
  'NetGuardConfigReloadFailed',
  'NetGuardSeriesCapReached',
];

const names = ['till', 'buyer', 'dns', 'web', 'client', 'hole', 'leaver'] as const;
const pods = {} as Record<(typeof names)[number], Pod>;
let lab: Lab;
let agent: Agent;
let prometheus: Prometheus;
let flood: Flood;
const counting: { servers: Record<'till' | 'dns', Program>; clients: Program[] } = {} as never;

before(async () => {
  lab = await Lab.open();
  const made = await lab.addPods(
    names.map((name) => ({ namespace: 'shop', name: `${name}-0`, workload: { kind: 'Deployment', name } })),
  );
  for (const [index, name] of names.entries()) pods[name] = made[index] as Pod;
  const [attacker, elsewhere] = [await lab.addHost('attacker'), await lab.addHost('elsewhere')];
  agent = await Agent.start({
    lab,
    config: {
      flows: { windowMs: 1000 },
      metrics: { seriesGraceSeconds: 3 },
      alerts: { resolveAfterMs: 60_000 },
    },
  });
  prometheus = await Prometheus.start(new URL(agent.url).host, [ruleFile]);

  const { till, buyer, dns, web, client, hole, leaver } = pods;
  // It gets SYNs and has no way to answer: they are sent again.
  assert.equal((await hole.run(['ip', 'route', 'add', 'blackhole', client.ip])).code, 0);
  const serve = async (member: Parameters<typeof Program.start>[0], program: string, port: number) => {
    const server = Program.start(member, program, { port });
    await server.line();
    return server;
  };
  const [tillServer, dnsServer] = await Promise.all([
    serve(till, 'talk-server', 8080),
    serve(dns, 'talk-server', 53),
    serve(web, 'talk-server', 7000),
    serve(web, 'listener', 8080),
    serve(elsewhere, 'talk-server', 443),
  ]);
  counting.servers = { till: tillServer, dns: dnsServer };
  counting.clients = [
    Program.start(buyer, 'talk-client', { host: till.ip, port: 8080, everyMs: 20, tcpBytes: 7919, udpBytes: 0 }),
    Program.start(buyer, 'talk-client', { host: dns.ip, port: 53, everyMs: 20, tcpBytes: 0, udpBytes: 61 }),
  ];
  await Promise.all([
    ...counting.clients.map((each) => each.line()),
    Program.start(leaver, 'talk-client', { host: web.ip, port: 7000, rounds: 20 }).line(1),
    Program.start(client, 'talk-client', { host: elsewhere.ip, port: 443 }).line(),
    Program.start(elsewhere, 'talk-client', { host: web.ip, port: 7000 }).line(),
    Program.start(client, 'visitor', { host: web.ip, port: 8080, everyMs: 100 }).line(),
    Program.start(client, 'visitor', { host: web.ip, port: 9, everyMs: 100 }).line(),
  ]);
  Program.start(client, 'visitor', { host: hole.ip, port: 80 });
  flood = new Flood(attacker, web.ip, { port: 8080, rate: 1000 });
});
after(async () => {
  await flood?.[Symbol.asyncDispose]();
  await prometheus?.[Symbol.asyncDispose]();
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
});

test('an open alert fires NetGuardAlertOpen, with its rule, namespace and severity', async () => {
  const fired = await until('NetGuardAlertOpen', async () =>
    (await prometheus.alerts()).find(
      ({ labels, state }) =>
        state === 'firing' &&
        labels.alertname === 'NetGuardAlertOpen' &&
        labels.rule === 'syn-flood' &&
        labels.namespace === 'shop',
    ),
  );
  const { namespace, severity, netguard_severity } = fired.labels;
  assert.deepEqual({ namespace, severity }, { namespace: 'shop', severity: 'critical' });
  assert.match(netguard_severity ?? '', /^(critical|high)$/);
  assert.match(fired.annotations.summary ?? '', /syn-flood, namespace shop/);
});

test('a pod leaves, and later its series', async () => {
  const series = 'count(netguard_pod_transmit_bytes_total{namespace="shop", pod="leaver-0"})';
  await until('the series of the pod', async () => await prometheus.value(series));
  await lab.removePod(pods.leaver);
});

test('every panel, annotation and variable of the dashboards has data', async () => {
  const wanted = dashboards.flatMap((dashboard) => [
    ...expressions(dashboard),
    ...labelQueries(dashboard).map(({ where, selector, label }) => ({
      where,
      expr: `count by (${label}) (${selector})`,
    })),
  ]);
  await allGiveData(wanted);
});

test('every rule is evaluated without error, and what it looks at is there', async () => {
  await allGiveData(
    rules().flatMap(({ record, expr }) =>
      record
        ? [
            { where: record, expr: record },
            { where: record, expr },
          ]
        : [],
    ),
  );
  for (const { alert, expr } of rules()) {
    if (!alert) continue;
    await prometheus.query(expr);
    await allGiveData(ask(expr).selectors.map(({ text }) => ({ where: alert, expr: text })));
  }
  const states = await until('the first evaluation of every rule', async () => {
    const all = await prometheus.rules();
    return all.length === rules().length && all.every(({ health }) => health !== 'unknown') && all;
  });
  assert.deepEqual(
    states.filter(({ health }) => health !== 'ok'),
    [],
  );
});

test('a healthy agent meets no condition of the other alerts', async () => {
  for (const { alert = '', expr } of rules()) {
    if (!HEALTH.includes(alert)) continue;
    // A scrape may be late on a busy machine, and the agent down for that second.
    await until(`no ${alert}`, async () => (await prometheus.query(expr)).length === 0);
  }
});

test('exemplars name flows that the API has: Prometheus got OpenMetrics', async () => {
  const found = await until('exemplars', async () => {
    const all = await prometheus.exemplars('netguard_tcp_rtt_seconds_bucket{namespace="shop", workload="buyer"}');
    return all.length > 0 && all;
  });
  const ids = new Set(found.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.flow_id)));
  const flows = await agent.list<{ id: string }>('flows?namespace=shop&workload=buyer');
  assert.ok(
    flows.some(({ id }) => ids.has(id)),
    `${[...ids]}`,
  );
});

test('what Prometheus has of a pod is what its programs sent and received, to the byte', async () => {
  const own = await Promise.all(counting.clients.map((each) => each.finish<Talk>()));
  const till = await counting.servers.till.finish<Talk>();
  const dns = await counting.servers.dns.finish<Talk>();
  for (const { faults } of [...own, till, dns]) assert.deepEqual(faults, []);
  const wanted = { buyer: summed(own), till: summed([till]), dns: summed([dns]) };
  assert.ok(wanted.till.tcp.received > 100_000 && wanted.dns.udp.received > 1000);
  let seen = {};
  const differs = () => assert.deepEqual(seen, wanted);
  await until('numbers that equal the programs’ own', async () => {
    seen = { buyer: await counted('buyer'), till: await counted('till'), dns: await counted('dns') };
    return JSON.stringify(seen) === JSON.stringify(wanted);
  }).catch(differs);
  const scrapes = await prometheus.scrapes();
  await until('two more scrapes', async () => (await prometheus.scrapes()) >= scrapes + 2);
  seen = { buyer: await counted('buyer'), till: await counted('till'), dns: await counted('dns') };
  differs();
});

test('the series of the pod that left are gone', async () => {
  await until('no series of the pod', async () => {
    const left = await prometheus.query('{__name__=~"netguard_pod_.*", pod="leaver-0"}');
    return left.length === 0;
  });
  assert.ok(await prometheus.value('count(netguard_pod_transmit_bytes_total{pod="till-0"})'));
});

/** Waits until each expression gives a series. One may stay empty if all that it selects is in the list above. */
async function allGiveData(wanted: readonly { readonly where: string; readonly expr: string }[]): Promise<void> {
  let missing = wanted.map(({ where, expr }) => ({ where, expr: substituted(expr, { rate: '30s', range: '10m' }) }));
  await until(
    'data',
    async () => {
      const empty = await Promise.all(missing.map(async ({ expr }) => (await prometheus.query(expr)).length === 0));
      missing = missing.filter(({ expr }, index) => empty[index] && !mayBeEmpty(expr));
      return missing.length === 0;
    },
    { everyMs: 500 },
  ).catch((error: unknown) => {
    assert.deepEqual(missing, [], String(error));
  });
}

function mayBeEmpty(expression: string): boolean {
  return ask(expression).selectors.every(({ text }) => EMPTY.some(([pattern]) => pattern.test(text)));
}

function summed(talks: readonly Talk[]) {
  const add = (protocol: 'tcp' | 'udp', way: 'sent' | 'received') =>
    talks.reduce((total, talk) => total + talk[protocol][way], 0);
  return {
    tcp: { sent: add('tcp', 'sent'), received: add('tcp', 'received') },
    udp: { sent: add('udp', 'sent'), received: add('udp', 'received') },
  };
}

/** The raw counters: NetGuard began before the pods' first byte, so they began at zero. */
async function counted(name: 'buyer' | 'till' | 'dns') {
  const of = async (direction: string, protocol: string) =>
    (await prometheus.value(
      `netguard_pod_${direction}_bytes_total{namespace="shop", pod="${name}-0", protocol="${protocol}"}`,
    )) ?? 0;
  return {
    tcp: { sent: await of('transmit', 'TCP'), received: await of('receive', 'TCP') },
    udp: { sent: await of('transmit', 'UDP'), received: await of('receive', 'UDP') },
  };
}
