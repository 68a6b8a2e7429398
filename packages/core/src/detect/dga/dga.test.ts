import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import { lookup, NXDOMAIN } from '../../dns/sample-lookups.ts';
import { noise, together, world } from '../../learn/sample-traffic.ts';
import { detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { gibberish } from '../dns-tunnel/scenarios.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { dga } from './dga.ts';
import { deadLinks, infected, madeUp } from './scenarios.ts';

function run(seen: readonly Seen[]): Finding[] {
  const context = detectorContext({ nameAddress: world });
  const set = new DetectorSet({ context, detectors: [dga], settings: { dga: { mode: 'alert' } } });
  return play(set, seen, (seen.at(-1)?.observation.timeMs ?? START_MS) + 5000).map(({ finding }) => finding);
}

const each = (count: number, name: (nth: number) => string, rcode = NXDOMAIN): Seen[] =>
  Array.from({ length: count }, (_, nth) =>
    lookup({ atMs: START_MS + nth * 200, from: infected, name: name(nth), rcode }),
  ).flat();

describe('dga', () => {
  it('finds made-up domains by the first dozen or so, with examples, whatever search suffixes come with them', () => {
    const [first] = run(madeUp(60));
    assert.ok(first);
    assert.deepEqual([first.severity, first.source?.workload?.name], ['medium', 'web']);
    assert.ok((first.evidence.askedDomains as number) <= 20, `${first.evidence.askedDomains}`);
    assert.equal((first.evidence.examples as string[]).length, 5);
  });

  it('is high once one of its kind exists, and names it', () => {
    const found = lookup({ atMs: START_MS + 20_000, from: infected, name: 'qzkfwxjhvbp.com' });
    const last = run(together(madeUp(60), found)).at(-1);
    assert.deepEqual([last?.severity, last?.evidence.resolved], ['high', 'qzkfwxjhvbp.com']);
  });

  it('is silent on dead links, typing errors and names in other scripts', () => {
    assert.deepEqual(run(deadLinks(600, 100)), []);
    const random = noise(31);
    assert.deepEqual(run(each(300, () => `xn--${gibberish(10, random)}.com`)), []);
  });

  it('is silent on storms of search suffixes, be the suffix known or not', () => {
    const random = noise(32);
    assert.deepEqual(run(each(600, () => `${gibberish(12, random)}.shop.svc.cluster.local`)), []);
    assert.deepEqual(run(each(600, () => `${gibberish(12, random)}.eu-west-1.compute.internal`)), []);
    assert.deepEqual(run(each(600, () => `${gibberish(12, random)}.corp.example.com`)), [], 'one registered domain');
    assert.deepEqual(run(each(600, () => gibberish(12, random))), [], 'what browsers try at their start');
  });

  it('is silent on a crawler whose dead links are few among those that live', () => {
    const random = noise(33);
    const living = each(200, (nth) => `www.${gibberish(6, random)}-magazine-${nth}.com`, 0);
    assert.deepEqual(run(together(living, madeUp(40))), []);
  });

  it('is silent on the same few names again and again', () => {
    const random = noise(34);
    const names = Array.from({ length: 8 }, () => `${gibberish(14, random)}.com`);
    assert.deepEqual(run(each(500, (nth) => names[nth % names.length] ?? '')), []);
  });
});
