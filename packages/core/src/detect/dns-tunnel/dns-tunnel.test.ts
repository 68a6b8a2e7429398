import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import { TYPE } from '../../dns/record-types.ts';
import { clusterDns, type Lookup, lookup, NXDOMAIN } from '../../dns/sample-lookups.ts';
import { noise, pod, together, world } from '../../learn/sample-traffic.ts';
import { said, unknownPayload } from '../application-observations.ts';
import { type DetectorContext, detectorContext, unknownCluster } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { type Found, play, type Seen, START_MS } from '../scenario.ts';
import { dnsTunnel } from './dns-tunnel.ts';
import { contentDelivery, gibberish, idleTunnel, infected } from './scenarios.ts';

function run(seen: readonly Seen[], known: Partial<DetectorContext> = {}): Found[] {
  const context = detectorContext({ nameAddress: world, ...known });
  const set = new DetectorSet({ context, detectors: [dnsTunnel] });
  const found = play(set, seen, (seen.at(-1)?.observation.timeMs ?? START_MS) + 10_000);
  assert.deepEqual(
    set.status().map(({ lastError }) => lastError),
    [undefined],
  );
  return found;
}

const findings = (seen: readonly Seen[], known: Partial<DetectorContext> = {}): Finding[] =>
  run(seen, known).map(({ finding }) => finding);
const titles = (seen: readonly Seen[], known: Partial<DetectorContext> = {}): string[] => [
  ...new Set(findings(seen, known).map(({ title }) => title)),
];

/** Look-ups a tenth of a second apart. */
function each(count: number, spec: (nth: number) => Partial<Lookup> & { readonly name: string }): Seen[] {
  return Array.from({ length: count }, (_, nth) =>
    lookup({ atMs: START_MS + nth * 100, from: infected, ...spec(nth) }),
  ).flat();
}

describe('dns-tunnel', () => {
  it('finds an idle tunnel by TXT, CNAME and MX within half a minute, and names the domain', () => {
    const [first] = run(idleTunnel(60));
    assert.ok(first && first.atMs - START_MS <= 30_000, `${first?.atMs}`);
    const { finding } = first;
    assert.deepEqual([finding.source?.workload?.name, finding.target?.ip], ['web', clusterDns.ip]);
    assert.deepEqual(
      [finding.severity, finding.evidence.form, finding.evidence.domain],
      ['high', 'two-way', 'example.com'],
    );
    assert.deepEqual(Object.keys(finding.evidence.types as object), ['TXT', 'CNAME', 'MX']);
  });

  it('finds types that only tunnels ask for by a handful of names, be they short', () => {
    const random = noise(3);
    for (const type of [TYPE.NULL, TYPE.KEY, 65_399]) {
      const seen = each(12, () => ({ name: `p${gibberish(6, random)}.t.example.org`, type }));
      assert.equal(findings(seen)[0]?.evidence.form, 'rare-type', `${type}`);
    }
  });

  it('finds a tunnel that asks for addresses and is answered by names', () => {
    const random = noise(4);
    const seen = each(60, () => ({
      name: `${gibberish(20, random)}.t.example.org`,
      answers: [[TYPE.CNAME, `h${gibberish(60, random)}.t.example.org`]],
    }));
    assert.equal(findings(seen)[0]?.evidence.form, 'two-way');
  });

  it('finds data that leaves in names though nobody answers, as medium', () => {
    const random = noise(6);
    const hex = '0123456789abcdef';
    const seen = each(400, (nth) => ({
      name: `${nth}.${gibberish(60, random, hex)}.drop.example.net`,
      rcode: NXDOMAIN,
    }));
    const [first] = findings(seen);
    assert.deepEqual([first?.evidence.form, first?.severity], ['upstream', 'medium']);
  });

  it('finds iodine where it needs no resolver: its datagrams on port 53 are no DNS', () => {
    const bytes = Uint8Array.of(0x10, 0xd1, 0x9e, 0x30, 1, 2, 3);
    const raw = (port: number) =>
      said({
        atMs: START_MS,
        client: infected,
        server: world('203.0.113.5'),
        port,
        by: 'client',
        transport: 'UDP',
        facts: unknownPayload('request', bytes),
      });
    assert.deepEqual(findings([raw(53)])[0]?.evidence.form, 'raw');
    assert.deepEqual(titles([raw(5300)]), []);
  });

  it('is one finding where a workload has several domains by one resolver', () => {
    const both = together(idleTunnel(60), idleTunnel(60, 900, infected, 'x.example.net'));
    const last = findings(both).filter(({ evidence }) => (evidence.domains as string[]).length === 2);
    assert.ok(last.length > 0);
    assert.deepEqual(new Set(findings(both).map(({ target }) => target?.ip)).size, 1);
  });

  it('ends two minutes after the last new name', () => {
    const context = detectorContext({ nameAddress: world });
    const set = new DetectorSet({ context, detectors: [dnsTunnel] });
    const found = play(set, idleTunnel(60), START_MS + 400_000);
    const endedMs = (found.at(-1)?.atMs ?? 0) - START_MS - 59_000;
    assert.ok(endedMs > 115_000 && endedMs <= 121_000, `${endedMs}`);
  });

  it('is silent on the storms of ndots:5', () => {
    const random = noise(8);
    const suffixes = ['.shop.svc.cluster.local', '.svc.cluster.local', '.cluster.local', '.corp.example.com', ''];
    const seen = each(2000, (nth) => ({
      name: `api-${gibberish(8, random)}.vendor-${nth % 7}.com${suffixes[nth % 5]}`,
      rcode: nth % 5 < 4 ? NXDOMAIN : 0,
    }));
    const cluster = { ...unknownCluster, quietZones: new Set(['corp.example.com']) };
    assert.deepEqual(titles(seen, { cluster }), []);
    assert.deepEqual(titles(seen), [], 'also where the search domain of the node is not known');
  });

  it('is silent on names of CDNs and stores, however many', () => {
    assert.deepEqual(titles(contentDelivery(1000, 100)), []);
    const random = noise(12);
    const blobs = each(600, () => ({
      name: `md-${gibberish(12, random)}.z${Math.floor(40 * random())}.blob.storage.azure.net`,
      answers: [[TYPE.CNAME, 'blob.ams08prdstr01a.store.core.windows.net']],
    }));
    assert.deepEqual(titles(blobs), []);
  });

  it('is silent on mail: DKIM, SPF, DMARC and MX of a thousand domains', () => {
    const random = noise(13);
    const key = () => `v=DKIM1; k=rsa; p=${gibberish(390, random)}`;
    const seen = each(3000, (nth) => {
      const domain = `${gibberish(9, random)}.com`;
      const kind = nth % 3;
      if (kind === 0) return { name: `s${nth}._domainkey.${domain}`, type: TYPE.TXT, answers: [[TYPE.TXT, key()]] };
      if (kind === 1) return { name: `_dmarc.${domain}`, type: TYPE.TXT, answers: [[TYPE.TXT, 'v=DMARC1; p=none']] };
      return { name: domain, type: TYPE.MX, answers: [[TYPE.MX, `mx.${domain}`]] };
    });
    assert.deepEqual(titles(seen), []);
    const selectors = each(200, (nth) => ({
      name: `selector-${nth}._domainkey.mailer.com`,
      type: TYPE.TXT,
      answers: [[TYPE.TXT, key()]],
    }));
    assert.deepEqual(titles(selectors), [], 'many keys of one sender');
  });

  it('is silent on reverse look-ups, block lists and look-ups of hashes', () => {
    const random = noise(14);
    const address = () => Array.from({ length: 4 }, () => Math.floor(256 * random())).join('.');
    const hash = () => gibberish(40, random, '0123456789abcdef');
    for (const name of [
      () => `${address()}.in-addr.arpa`,
      () => `${address()}.bl.some-list.net`,
      () => `${hash()}.ebl.msbl.org`,
      () => `${hash().slice(0, 32)}.malware.hash.cymru.com`,
      () => `${gibberish(26, random)}.avts.mcafee.com`,
      () => `4.1.${hash()}.i.00.s.sophosxl.net`,
    ]) {
      const seen = each(600, () => ({ name: name(), type: TYPE.TXT, answers: [[TYPE.TXT, hash()]] }));
      assert.deepEqual(titles(seen), [], name());
    }
  });

  it('is silent on service discovery by SRV', () => {
    const seen = each(600, (nth) => ({
      name: `_http._tcp.node-${nth}.service.dc1.example.net`,
      type: TYPE.SRV,
      answers: [[TYPE.SRV, `node-${nth}.node.dc1.example.net`]],
    }));
    assert.deepEqual(titles(seen), []);
  });

  it('is silent on what a resolver forwards, on the server’s end, and on zones that are named', () => {
    const resolver = pod('coredns', 1, 'kube-system');
    const isResolver = ({ ip, port }: { ip: string; port?: number }) => ip === resolver.ip || port === 53;
    const cluster = { ...unknownCluster, isResolver };
    assert.deepEqual(titles(idleTunnel(60, 1000, resolver), { cluster }), []);
    const served = idleTunnel(60).map(
      ({ observation, who }): Seen => ({ observation: { ...observation, role: 'server' } as Seen['observation'], who }),
    );
    assert.deepEqual(titles(served), []);
    assert.deepEqual(titles(idleTunnel(60), { cluster: { ...cluster, quietZones: new Set(['c2.example.com']) } }), []);
  });

  it('is silent on the same thousand names again and again', () => {
    const random = noise(15);
    const tenants = Array.from({ length: 150 }, () => `${gibberish(36, random)}.tenants.example.com`);
    assert.deepEqual(titles(each(3000, (nth) => ({ name: tenants[nth % tenants.length] ?? '' }))), []);
  });
});
