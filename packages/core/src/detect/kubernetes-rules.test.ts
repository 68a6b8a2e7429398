/**
 * Kubernetes is noisy: one suite a row of the rules that keep the detectors quiet. Every row is traffic on which all detectors
 * together, in mode `alert`, say nothing of severity medium or above; where a row says that something must be found all the
 * same, it is.
 *
 * The row of intelligence lists with bogons is tested with the lists themselves (`intel`).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connection, datagrams, inOrder, pod, probe, probes, world } from '../contacts/simulated-contacts.ts';
import { lookup, NXDOMAIN } from '../dns/sample-lookups.ts';
import type { Endpoint } from '../endpoint.ts';
import { DEFAULT_LEARNING, LearningStore } from '../learn/learning-store.ts';
import { converse, noise, runPod, together } from '../learn/sample-traffic.ts';
import { gibberish, idleTunnel } from './dns-tunnel/scenarios.ts';
import { sweep } from './host-sweep/scenarios.ts';
import {
  apiServer,
  everyDetector,
  grave,
  loadBalancer,
  node,
  otherNode,
  quickLearning,
  resolver,
  rulesOf,
  told,
} from './kubernetes-rules-cluster.ts';
import { simulate } from './listener-simulation.ts';
import { detectors } from './registry.ts';
import { play, type Seen, START_MS } from './scenario.ts';
import { session } from './session-observations.ts';
import { crowd, flood, listener } from './syn-flood/scenarios.ts';
import { mesh, podsOf, worm } from './worm-propagation/scenarios.ts';

const web = pod('shop', 'web', '10.244.1.5');
const client = pod('shop', 'cart', '10.244.1.6');
const database = pod('shop', 'db', '10.244.1.50');
const outsider = world('203.0.113.7');

/** So many things, `everyMs` apart. */
function each(count: number, everyMs: number, seen: (atMs: number, nth: number) => Seen, fromMs = START_MS): Seen[] {
  return Array.from({ length: count }, (_, nth) => seen(fromMs + nth * everyMs, nth));
}

describe('late replies', () => {
  it('is silent on DNS answers that come after their sockets were closed', () => {
    const asked = each(60, 20, (atMs, nth) =>
      datagrams({ atMs, from: web, to: resolver, port: 53, localPort: 33_000 + nth, received: 0 }),
    );
    const late = probe({
      atMs: START_MS + 2000,
      from: resolver,
      to: web,
      shapes: { udp: 55 },
      distinctPorts: 50,
      lastPort: 33_059,
      firstMs: START_MS + 700,
    });
    assert.deepEqual(rulesOf(told(inOrder(asked, [late]))), []);
  });

  it('is silent on segments to a client that has gone', () => {
    const opened = each(80, 10, (atMs, nth) =>
      connection({ atMs, from: client, to: web, port: 8080, localPort: 40_000 + nth, close: null, bytes: 500 }),
    );
    const late = probe({
      atMs: START_MS + 1500,
      from: web,
      to: client,
      shapes: { ack: 60, other: 90 },
      distinctPorts: 72,
      lastPort: 40_079,
    });
    assert.deepEqual(rulesOf(told(inOrder(opened, [late]))), []);
  });

  it('is silent on an address that was reused under live clients', () => {
    const heir = pod('batch', 'import', web.ip);
    const clients = Array.from({ length: 12 }, (_, nth) => pod('shop', `client-${nth}`, `10.244.3.${nth + 1}`));
    const seen = clients.flatMap((from, nth) => [
      probe({ atMs: START_MS + 900, from, to: heir, shapes: { ack: 4, other: 3 }, distinctPorts: 2, lastPort: 8080 }),
      ...each(5, 2000, (atMs, attempt) =>
        connection({ atMs: atMs + nth, from, to: heir, port: 8080 + (attempt & 1), localPort: 40_000 + attempt }),
      ),
    ]);
    assert.deepEqual(grave(told(inOrder(seen))), []);
  });

  it('never exempts a source port: nmap -g 53 is found, by TCP and UDP', () => {
    const asked = each(10, 100, (atMs, nth) =>
      datagrams({ atMs, from: web, to: resolver, port: 53, localPort: 33_000 + nth }),
    );
    const source = pod('kube-system', 'coredns', resolver.ip);
    for (const shape of ['syn', 'udp'] as const) {
      const scan = probes({ from: source, to: web, shape, fromMs: START_MS + 1200, ports: 150, everyMs: 20 });
      assert.deepEqual(rulesOf(told(inOrder(asked, scan))), ['port-scan'], shape);
    }
    const connects = each(60, 20, (atMs, nth) =>
      connection({ atMs, from: client, to: web, port: 1000 + nth, localPort: 53 }),
    );
    assert.ok(grave(told(connects)).some((line) => line.includes('port-scan')));
  });
});

describe('dead targets', () => {
  const prometheus = pod('monitoring', 'prometheus', '10.244.0.8');

  it('is silent on a Prometheus whose endpoints have vanished, however many', () => {
    const declared = Array.from({ length: 60 }, (_, nth) => `10.244.2.${nth}:9100`);
    const scrape = each(180, 80, (atMs, nth) => {
      const to = pod('apps', `app-${nth % 60}`, `10.244.2.${nth % 60}`);
      return connection({ atMs, from: prometheus, to, port: 9100, localPort: 40_000 + nth, close: 'unreachable' });
    });
    assert.deepEqual(rulesOf(told(scrape, { declared })), []);
  });

  it('is at most low on a gossip mesh with failed nodes, and while a node goes down', () => {
    const members = Array.from({ length: 6 }, (_, nth) => pod('kafka', 'broker', `10.244.4.${nth + 1}`, nth));
    const gone = ['10.244.4.7', '10.244.4.8'].map((ip) => world(ip));
    const gossip = members.flatMap((from, member) =>
      each(40, 500, (atMs, nth) => {
        const to = nth % 3 === 0 ? (gone[nth & 1] as Endpoint) : (members[(member + nth) % 6] as Endpoint);
        const close = gone.includes(to) ? 'gave-up' : 'fin';
        return connection({ atMs: atMs + member, from, to, port: 9092 + (nth % 2), localPort: 40_000 + nth, close });
      }),
    );
    // Thirty pods vanish with their node: each of eight workloads loses the ones that it talks to.
    const lost = Array.from({ length: 8 }, (_, nth) => pod('shop', `svc-${nth}`, `10.244.5.${nth + 1}`)).flatMap(
      (from, nth) =>
        each(30, 400, (atMs, turn) => {
          const to = pod('shop', `lost-${(nth * 4 + turn) % 30}`, `10.244.6.${(nth * 4 + turn) % 30}`);
          const isReady = turn < 15;
          return connection({
            atMs: atMs + nth,
            from,
            to,
            port: 8080,
            localPort: 41_000 + turn,
            close: isReady ? 'fin' : 'gave-up',
            bytes: isReady ? 200 : 0,
          });
        }),
    );
    assert.deepEqual(grave(told(inOrder(gossip, lost))), []);
  });

  it('tells of a target that is down for five workloads as its own matter, low', () => {
    const tries = Array.from({ length: 6 }, (_, nth) => pod('shop', `client-${nth}`, `10.244.3.${nth + 1}`)).flatMap(
      (from, nth) =>
        each(30, 1000, (atMs, turn) =>
          connection({ atMs: atMs + nth, from, to: database, port: 5432, localPort: 40_000 + turn }),
        ),
    );
    const found = told(inOrder(tries));
    assert.deepEqual([rulesOf(found), grave(found)], [['target-down'], []]);
  });

  it('is no more than low below 25 dark pairs or 80 % failures, and medium above both', () => {
    const answered = (count: number) =>
      each(count, 50, (atMs, nth) =>
        connection({ atMs, from: prometheus, to: world(`10.8.0.${nth}`), port: 9100, close: 'fin', bytes: 100 }),
      );
    assert.deepEqual(grave(told(sweep(prometheus, START_MS, 24, 500))), []);
    assert.deepEqual(grave(told(inOrder(sweep(prometheus, START_MS, 40, 100), answered(20)))), []);
    assert.ok(grave(told(sweep(prometheus, START_MS, 40, 100))).some((line) => line.startsWith('medium host-sweep')));
  });
});

describe('SNAT: many behind one address', () => {
  const portal = pod('shop', 'portal', '10.244.1.30');
  /** Attempts of one address, of which `failing` in a hundred fail, each at another port. */
  const attempts = (from: Endpoint, failing: number): Seen[] =>
    each(400, 50, (atMs, nth) =>
      (nth * 37) % 100 < failing
        ? probe({ atMs, from, to: portal, shapes: { syn: 1 }, distinctPorts: 1 + (nth >> 2), lastPort: 1000 + nth })
        : connection({
            atMs,
            from,
            to: portal,
            port: 8080,
            seenBy: 'server',
            localPort: 20_000 + nth,
            close: 'fin',
            bytes: 300,
          }),
    );

  it('gives no verdict of a node, a load balancer or a proxy under 80 % failures', () => {
    for (const from of [otherNode, loadBalancer]) assert.deepEqual(grave(told(attempts(from, 40))), [], from.ip);
  });

  it('is at most half sure above it, and says that many may share the address', () => {
    const found = told(attempts(otherNode, 95));
    assert.ok(found.length > 0);
    for (const { finding } of found) {
      assert.ok(finding.confidence <= 0.5, `${finding.rule} ${finding.confidence}`);
      assert.equal(finding.evidence.sharedSource, true, finding.rule);
    }
  });

  it('is silent on an ingress that brings a thousand connections a second', () => {
    const busy = each(5000, 1, (atMs, nth) =>
      connection({
        atMs,
        from: otherNode,
        to: portal,
        port: 8080,
        seenBy: 'server',
        localPort: 10_000 + nth,
        close: 'fin',
        bytes: 300,
      }),
    );
    assert.deepEqual(rulesOf(told(busy)), []);
  });
});

describe('probes of the kubelet and of load balancers', () => {
  const pods = Array.from({ length: 60 }, (_, nth) => pod('apps', `app-${nth}`, `10.244.2.${nth + 1}`));
  const declared = pods.flatMap(({ ip }) => [`${ip}:22`, `${ip}:3306`]);
  const kubelet: Endpoint = { ip: node.ip, kind: 'unit', service: 'kubelet.service' };

  it('is silent on tcpSocket probes of 22 and 3306 by the own node, refused ones too', () => {
    const seen = each(1200, 100, (atMs, nth) => {
      const to = pods[nth % pods.length] as Endpoint;
      const isDown = nth % 4 === 0;
      return connection({
        atMs,
        from: kubelet,
        to,
        port: nth % 2 ? 22 : 3306,
        localPort: 30_000 + nth,
        close: isDown ? 'refused' : 'fin',
      });
    });
    const refused = each(120, 1000, (atMs, nth) =>
      probe({
        atMs,
        from: node,
        to: pods[nth % pods.length] as Endpoint,
        shapes: { syn: 1 },
        distinctPorts: 1,
        lastPort: 3306,
      }),
    );
    assert.deepEqual(rulesOf(told(inOrder(seen, refused), { declared })), []);
  });

  it('is silent on checks that connect to a login port, are greeted and say nothing', () => {
    const bastion = pods[0] as Endpoint;
    const seen = [loadBalancer, outsider].flatMap((from) =>
      each(150, 2000, (atMs) => session(atMs, { client: from, server: bastion, port: 22, serverBytes: 40 })),
    );
    assert.deepEqual(rulesOf(told(inOrder(seen))), []);
  });

  it('is silent on half-open checks: a SYN and a reset, each second', () => {
    const from = (nth: number) => `198.51.100.${nth % 8}`;
    const halfOpen = { fromMs: START_MS, toMs: START_MS + 20_000, synsPerSecond: 16, source: from, rttMs: 1e9 };
    const set = everyDetector();
    const served = listener([halfOpen, crowd(40, START_MS, 20_000)]);
    assert.deepEqual(grave(simulate(set, [served], START_MS, START_MS + 25_000)), []);
  });
});

describe('a slow application behind a full backlog', () => {
  it('is listener-overload, low, and no flood', () => {
    const slow = listener([crowd(400, START_MS + 1000, 10_000, 20)], { backlog: 8, acceptsPerSecond: 20 });
    const found = simulate(everyDetector(), [slow], START_MS, START_MS + 15_000);
    assert.deepEqual([rulesOf(found), grave(found)], [['listener-overload'], []]);
  });
});

describe('a flood and a scan at once', () => {
  it('tells both: the flood does not hide the scan, nor evict its source', () => {
    const scanner = world('198.51.100.77');
    const set = everyDetector();
    const scan = [...probes({ from: scanner, to: web, shape: 'syn', fromMs: START_MS + 3000, ports: 60, everyMs: 50 })];
    // Every packet of the flood has another source, and 30,000 of them come to closed ports besides.
    const closed = each(30_000, 0.2, (atMs, nth) =>
      probe({
        atMs,
        from: world(`${20 + (nth >> 16)}.${(nth >> 8) & 255}.${nth & 255}.9`),
        to: web,
        shapes: { syn: 1 },
        distinctPorts: 1,
        lastPort: 80,
      }),
    );
    const flooded = simulate(set, [listener([flood(3000, START_MS, 2000)])], START_MS, START_MS + 2500);
    const found = [...flooded, ...play(set, inOrder(closed, scan), START_MS + 20_000)];
    assert.ok(rulesOf(found).includes('syn-flood'), rulesOf(found).join());
    const scans = found.filter(({ finding }) => finding.rule === 'port-scan');
    assert.ok(scans.length > 0, 'the scan is told');
    assert.deepEqual([...new Set(scans.map(({ finding }) => finding.source?.ip))], [scanner.ip]);
  });
});

describe('operators, leases, telemetry', () => {
  const operator = pod('kube-system', 'operator', '10.244.1.8');
  const calls = (from: Endpoint, to: Endpoint, port: number, count: number, fromMs: number, everyMs = 2000): Seen[] =>
    each(
      count,
      everyMs,
      (atMs) =>
        session(atMs, { client: from, server: to, port, reporter: 'client', clientBytes: 900, serverBytes: 400 }),
      fromMs,
    );

  it('is silent on what talked to the API server while it learned, and low, once, on who begins later', () => {
    const learned = [...calls(operator, apiServer, 443, 60, START_MS), ...calls(web, database, 5432, 60, START_MS)];
    const later = START_MS + 180_000;
    assert.deepEqual(
      rulesOf(told(inOrder(learned, calls(operator, apiServer, 443, 30, later)), { learning: quickLearning() })),
      [],
    );
    const found = told(inOrder(learned, calls(web, apiServer, 443, 30, later)), { learning: quickLearning() });
    assert.deepEqual([rulesOf(found), grave(found)], [['sensitive-endpoint'], []]);
  });

  it('makes it medium beside another finding about the same workload', () => {
    const learned = calls(client, database, 5432, 60, START_MS);
    const later = START_MS + 180_000;
    const scan = each(
      60,
      20,
      (atMs, nth) => connection({ atMs, from: client, to: web, port: 1000 + nth, localPort: 45_000 + nth }),
      later,
    );
    const found = told(inOrder(learned, scan, calls(client, apiServer, 443, 5, later + 5000)), {
      learning: quickLearning(),
    });
    assert.ok(
      grave(found).some((line) => line.startsWith('medium sensitive-endpoint')),
      grave(found).join('\n'),
    );
  });

  it('takes node-local DNS for no metadata service', () => {
    const cache: Endpoint = { ip: '169.254.20.10', kind: 'link-local' };
    const learned = calls(web, database, 5432, 60, START_MS);
    const asked = each(30, 1000, (atMs, nth) =>
      datagrams({ atMs: atMs + 180_000, from: web, to: cache, port: 53, localPort: 33_000 + nth }),
    );
    assert.deepEqual(rulesOf(told(inOrder(learned, asked), { learning: quickLearning() })), []);
  });

  it('is silent on perfect rhythms inside: leases, scrapes, probes', () => {
    const leases = calls(operator, apiServer, 443, 120, START_MS);
    const scrapes = calls(pod('monitoring', 'prometheus', '10.244.0.8'), web, 9100, 20, START_MS, 15_000);
    assert.deepEqual(rulesOf(told(inOrder(leases, scrapes))), []);
  });

  it('is no more than low on a telemetry push that many workloads share', () => {
    const collector = world('198.51.100.80');
    const pushes = Array.from({ length: 5 }, (_, nth) =>
      calls(pod('apps', `app-${nth}`, `10.244.7.${nth + 1}`), collector, 443, 40, START_MS + nth * 700, 10_000),
    );
    assert.deepEqual(grave(told(inOrder(...pushes))), []);
  });
});

describe('DNS: caches, ndots:5, late answers', () => {
  it('is silent on a storm of look-ups with their NXDOMAINs, at the cache and at the resolver', () => {
    const cache: Endpoint = { ip: '169.254.20.10', kind: 'link-local' };
    const lookups = each(9000, 1, (atMs, nth) =>
      datagrams({ atMs, from: web, to: nth % 2 ? cache : resolver, port: 53, localPort: 30_000 + nth }),
    );
    const served = each(9000, 1, (atMs, nth) =>
      datagrams({ atMs, from: web, to: resolver, port: 53, localPort: 30_000 + nth, seenBy: 'server' }),
    );
    assert.deepEqual(rulesOf(told(inOrder(lookups, served))), []);
  });

  it('counts no search suffix, takes a CDN for one domain, and leaves reverse look-ups and block lists out', () => {
    const random = noise(41);
    const host = () => gibberish(14, random);
    const names: readonly ((nth: number) => readonly [name: string, rcode: number])[] = [
      () => [`${host()}.com.shop.svc.cluster.local`, NXDOMAIN],
      () => [`${host()}.com.eu-west-1.compute.internal`, NXDOMAIN],
      () => [`${host()}.cloudfront.net`, 0],
      (nth) => [`${nth % 256}.${nth % 7}.2.10.in-addr.arpa`, NXDOMAIN],
      (nth) => [`${nth % 256}.${nth % 9}.0.203.zen.example-list.org`, NXDOMAIN],
    ];
    const storm = Array.from({ length: 6000 }, (_, nth) => {
      const [name, rcode] = names[nth % names.length]?.(nth) ?? ['', 0];
      return lookup({ atMs: START_MS + nth * 10, from: web, name, rcode, resolver });
    }).flat();
    assert.deepEqual(rulesOf(told(storm)), []);
  });

  it('finds the tunnel among them', () => {
    const tunnel = idleTunnel(40, 1000, web);
    assert.deepEqual(rulesOf(told(tunnel)), ['dns-tunnel']);
  });

  it('needs more than half of the responses to be unasked: a resolver whose upstreams are late is silent', () => {
    const upstreams = Array.from({ length: 8 }, (_, nth) => world(`198.51.100.${nth + 1}`));
    const seen = each(3000, 10, (atMs, nth) => {
      const upstream = upstreams[nth % 8] as Endpoint;
      // Four in ten answers come when the socket has been closed and opened again for another question.
      return nth % 10 < 6
        ? datagrams({ atMs, from: resolver, to: upstream, port: 53, localPort: 33_000 + (nth % 20_000) })
        : datagrams({
            atMs,
            from: upstream,
            to: resolver,
            port: 40_000 + (nth % 9000),
            localPort: 53,
            seenBy: 'server',
            received: 0,
          });
    });
    assert.deepEqual(grave(told(seen)), []);
  });
});

describe('every microservice listens on 8080; gossip meshes', () => {
  it('is silent when everybody calls everybody on one port, also where some are gone', () => {
    const services = Array.from({ length: 25 }, (_, nth) => pod('shop', `svc-${nth}`, `10.244.2.${nth + 1}`));
    const declared = services.map(({ ip }) => `${ip}:8080`);
    const calls = services.flatMap((from, nth) =>
      each(48, 250, (atMs, turn) => {
        const to = services[(nth + 1 + turn) % services.length] as Endpoint;
        const close = to === services[3] || to === from ? 'refused' : 'fin';
        return connection({ atMs: atMs + nth, from, to, port: 8080, localPort: 40_000 + turn, close, bytes: 100 });
      }),
    );
    assert.deepEqual(grave(told(inOrder(calls), { declared })), []);
  });

  it('is silent on a gossip mesh with dead members, and not on a worm in it', () => {
    const members = podsOf(9);
    const gossip = mesh(members, START_MS, 6, 3, 8080);
    assert.deepEqual(grave(told(gossip)), []);
    const spreading = worm({ pods: members, fanOut: 2, dark: 6, fromMs: START_MS + 20_000 });
    const infected = told(inOrder(gossip, spreading)).filter(({ finding }) => finding.rule === 'worm-propagation');
    assert.equal(infected.at(-1)?.finding.evidence.infected, 9);
  });
});

describe('CronJobs, backups, autoscaling, rollouts, load tests', () => {
  const store = world('192.0.2.20');
  const MB = 1_000_000;

  it('is silent on a nightly backup, whose first three runs learn, and not on one ten times as large', () => {
    const night = (run: number, bytes: number) =>
      converse({
        local: runPod('backup', run),
        remote: store,
        role: 'client',
        port: 443,
        fromMs: START_MS + run * 600_000,
        seconds: Array.from({ length: 60 }, () => [Math.round(bytes / 60), 100] as const),
      });
    const nights = () => Array.from({ length: 6 }, (_, run) => night(run, 150 * MB));
    assert.deepEqual(grave(told(together(...nights()), { learning: quickLearning() })), []);
    const thief = told(together(...nights(), night(6, 1500 * MB)), { learning: quickLearning() });
    assert.ok(rulesOf(thief).includes('volume-surge'), rulesOf(thief).join());
  });

  it('is silent on a rolling update and an autoscaling burst: new pods, new flows, gone addresses', () => {
    const changedMs = START_MS + 400_000;
    const scale = (workload: string) =>
      workload === 'shop/Deployment/web'
        ? { replicas: 6, changedMs }
        : { replicas: 1, changedMs: Number.NEGATIVE_INFINITY };
    const query = (atMs: number, from: Endpoint, server: Endpoint, port: number) =>
      session(atMs, {
        client: from,
        server,
        port,
        reporter: 'client',
        clientBytes: 400,
        serverBytes: 900,
        closedFirst: 'client',
      });
    const usual = each(400, 1000, (atMs) => query(atMs, web, database, 5432));
    const queue = pod('shop', 'queue', '10.244.1.60');
    const replicas = Array.from({ length: 6 }, (_, nth) => pod('shop', 'web', `10.244.9.${nth + 1}`, nth + 1));
    const burst = replicas.flatMap((from, nth) =>
      each(
        400,
        20,
        (atMs, turn) => (turn % 5 ? query(atMs + nth, from, database, 5432) : query(atMs + nth, from, queue, 5672)),
        changedMs + 1000,
      ),
    );
    const stale = each(
      60,
      300,
      (atMs, nth) => connection({ atMs, from: client, to: web, port: 8080, localPort: 30_000 + nth, close: 'gave-up' }),
      changedMs + 1000,
    );
    const known = { scale, learning: quickLearning(), declared: [`${web.ip}:8080`] };
    assert.deepEqual(rulesOf(told(inOrder(usual, burst, stale), known)), []);
  });

  it('is silent on a load test from inside', () => {
    const load = each(6000, 2, (atMs, nth) =>
      connection({
        atMs,
        from: client,
        to: web,
        port: 8080,
        seenBy: nth % 2 ? 'server' : 'client',
        localPort: 10_000 + (nth >> 1),
        close: 'fin',
        bytes: 300,
      }),
    );
    assert.deepEqual(grave(told(load, { learning: quickLearning() })), []);
  });

  it('keys a place outside by its network: another address of the store is no new one', () => {
    const upload = (ip: string, bytes: number, fromMs: number, seconds: number) =>
      converse({
        local: web,
        remote: world(ip),
        role: 'client',
        port: 443,
        fromMs,
        seconds: Array.from({ length: seconds }, () => [Math.round(bytes / seconds), 20] as const),
      });
    const seen = together(
      upload(store.ip, 10 * MB, START_MS, 1200),
      upload('192.0.2.77', 300 * MB, START_MS + 1_200_000, 300),
    );
    const learning = new LearningStore({ learningMs: 600_000, maxWorkloads: 100 });
    assert.deepEqual(grave(told(seen, { learning })), []);
  });
});

describe('service mesh', () => {
  it('is silent on the legs of a sidecar and of ztunnel: redirect ports are no new edges', () => {
    const learning = quickLearning();
    const proxied: Endpoint = { ...web, via: 'istio-system/ztunnel-x' };
    const loopback: Endpoint = { ip: '127.0.0.1', kind: 'process' };
    const usual = each(120, 1000, (atMs, nth) =>
      connection({ atMs, from: web, to: database, port: 5432, localPort: 20_000 + nth, close: 'fin', bytes: 100 }),
    );
    const legs = [15_001, 15_006, 15_008, 4140, 4143].flatMap((port, leg) =>
      each(
        30,
        1000,
        (atMs, nth) =>
          connection({
            atMs: atMs + leg,
            from: proxied,
            to: port === 15_008 ? pod('shop', 'api', '10.244.1.70') : loopback,
            port,
            localPort: 30_000 + 100 * leg + nth,
            close: 'fin',
            bytes: 200,
          }),
        START_MS + 150_000,
      ),
    );
    assert.deepEqual(rulesOf(told(inOrder(usual, legs), { learning })), []);
  });
});

describe('suppression as evasion', () => {
  const scan = (ports: number) =>
    each(ports, 20, (atMs, nth) =>
      connection({ atMs, from: client, to: web, port: 1000 + nth, localPort: 40_000 + nth }),
    );
  const settings = { 'port-scan': { mode: 'alert', namespaces: { shop: { raise: 10 } } } } as const;

  it('raises thresholds tenfold, shows what it holds back, and never switches off', () => {
    const set = everyDetector({ settings });
    assert.deepEqual(grave(told(scan(100), {}, set)), []);
    const status = set.status().find(({ id }) => id === 'port-scan');
    assert.ok((status?.suppressed ?? 0) > 0, 'what was held back is counted');
    assert.ok(grave(told(scan(100))).length > 0, 'without suppression it is told');
    const loud = grave(told(scan(400), {}, everyDetector({ settings })));
    assert.ok(
      loud.some((line) => line.includes('port-scan')),
      loud.join('\n'),
    );
  });

  it('caps the raise at ten, whatever is asked for', () => {
    const boundless = { 'port-scan': { mode: 'alert', namespaces: { shop: { raise: 1_000_000 } } } } as const;
    assert.ok(grave(told(scan(400), {}, everyDetector({ settings: boundless }))).length > 0);
  });

  it('goes by the namespace: a pod’s own name and labels do not move it', () => {
    const disguised: Endpoint = { ...client, namespace: 'dev', pod: 'shop-0' };
    const seen = scan(60).map(({ observation, who }) => ({ observation, who: { ...who, local: disguised } }));
    assert.ok(grave(told(seen, {}, everyDetector({ settings }))).length > 0);
  });
});

describe('learning', () => {
  it('takes a day unless configured', () => {
    assert.equal(DEFAULT_LEARNING.learningMs, 86_400_000);
  });

  it('ships what needs to be learned first as observe', () => {
    const observed = detectors.filter((detector) => detector.default === 'observe').map(({ id }) => id);
    assert.deepEqual(observed.sort(), ['beacon', 'dga', 'exfiltration', 'new-edge']);
  });

  it('says nothing by habit before a workload has learned, however strange it is', () => {
    const surge = each(8000, 2, (atMs, nth) =>
      connection({
        atMs,
        from: pod('shop', `peer-${nth % 40}`, `10.244.8.${nth % 40}`),
        to: web,
        port: 8080,
        seenBy: 'server',
        localPort: 10_000 + nth,
        close: 'fin',
        bytes: 40_000,
      }),
    );
    const edges = each(30, 500, (atMs, nth) =>
      connection({
        atMs,
        from: client,
        to: pod('shop', `any-${nth}`, `10.244.9.${nth}`),
        port: 8080,
        close: 'fin',
        bytes: 50,
      }),
    );
    const upload = converse({
      local: client,
      remote: world('203.0.113.80'),
      role: 'client',
      port: 443,
      fromMs: START_MS,
      seconds: Array.from({ length: 60 }, () => [5_000_000, 100] as const),
    });
    const found = told(together(surge, edges, upload));
    const byHabit = ['new-edge', 'volume-surge', 'exfiltration', 'sensitive-endpoint'];
    assert.deepEqual(
      rulesOf(found).filter((rule) => byHabit.includes(rule)),
      [],
    );
  });
});
