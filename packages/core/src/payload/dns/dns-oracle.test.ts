import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import type { DnsRecord } from '../facts.ts';
import { captured, noCorpus } from '../testing/captured.ts';
import { changed } from '../testing/mutate.ts';
import { Random } from '../testing/random.ts';
import { parseDns } from './parse-dns.ts';

const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
const uint16 = fc.nat(0xffff);
const common = { name, ttl: fc.nat(0x7fffffff) };

const answer: fc.Arbitrary<dnsPacket.Answer> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), ...common, data: fc.ipV4() }),
  fc.record({ type: fc.constant('AAAA' as const), ...common, data: fc.constant('2001:db8::5') }),
  fc.record({ type: fc.constantFrom('NS' as const, 'CNAME' as const, 'PTR' as const), ...common, data: name }),
  fc.record({ type: fc.constant('MX' as const), ...common, data: fc.record({ preference: uint16, exchange: name }) }),
  fc.record({
    type: fc.constant('SRV' as const),
    ...common,
    data: fc.record({ priority: uint16, weight: uint16, port: uint16, target: name }),
  }),
  fc.record({
    type: fc.constant('TXT' as const),
    ...common,
    data: fc.array(fc.string({ maxLength: 60 }), { minLength: 1 }),
  }),
);

/** The data of an answer as facts write it. */
function dataOf(given: dnsPacket.Answer): string {
  switch (given.type) {
    case 'MX':
      return `${given.data.preference} ${given.data.exchange}`;
    case 'SRV':
      return `${given.data.priority} ${given.data.weight} ${given.data.port} ${given.data.target}`;
    case 'TXT': {
      const texts = [given.data].flat() as (string | Buffer)[];
      return texts.map((text) => Buffer.from(text as string).toString('latin1')).join('');
    }
    default:
      return String((given as { data: unknown }).data);
  }
}

/** What both sides say of a record: type by its name where the oracle has one. */
function summary(record: DnsRecord): unknown[] {
  return [record.name, record.ttlSeconds, record.data];
}

describe('parseDns and dns-packet', () => {
  it('agree on messages that dns-packet writes', () => {
    fc.assert(
      fc.property(
        uint16,
        name,
        fc.array(answer, { maxLength: 8 }),
        fc.array(answer, { maxLength: 3 }),
        (id, asked, answers, authorities) => {
          const bytes = dnsPacket.encode({
            type: 'response',
            id,
            questions: [{ type: 'A', name: asked }],
            answers,
            authorities,
          });
          const facts = parseDns(bytes, bytes.length)!;
          assert.equal(facts.id, id);
          assert.equal(facts.unread, undefined);
          assert.deepEqual(facts.questions, [{ name: asked, type: 1, class: 1 }]);
          const told = (given: dnsPacket.Answer): unknown[] => [
            given.name,
            (given as { ttl: number }).ttl,
            dataOf(given),
          ];
          assert.deepEqual(facts.answers.map(summary), answers.map(told));
          assert.deepEqual(facts.authorities.map(summary), authorities.map(told));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('agree on addresses in messages with changed bytes, where both read them', () => {
    const random = new Random(53);
    const seeds = fc
      .sample(fc.array(answer, { minLength: 1, maxLength: 5 }), { numRuns: 50, seed: 7 })
      .map((answers) =>
        dnsPacket.encode({ type: 'response', id: 1, questions: [{ type: 'A', name: 'x.example' }], answers }),
      );
    let compared = 0;
    for (let run = 0; run < 4000; run++) {
      const bytes = Buffer.from(changed(random.pick(seeds), random, () => random.below(256)));
      const theirs = decoded(bytes);
      const ours = parseDns(bytes, bytes.length);
      if (theirs === undefined || ours === undefined || ours.unread !== undefined) continue;
      compared++;
      assert.equal(ours.questions.length, theirs.questions?.length);
      assert.deepEqual(
        ours.answers.filter(({ type, data }) => type === 1 && data !== '').map(({ data }) => data),
        (theirs.answers ?? []).filter((given) => given.type === 'A').map((given) => (given as { data: string }).data),
      );
    }
    assert.ok(compared > 500, `only ${compared} were read by both`);
  });

  it('agree on the DNS of real captures', { skip: noCorpus }, () => {
    let compared = 0;
    for (const file of ['benign/ndpi_alexa-app.pcap', 'benign/ndpi_teams.pcap', 'benign/ndpi_wechat.pcap']) {
      for (const { bytes, wireLength, sourcePort, destinationPort, transport } of captured(file)) {
        if (transport !== 'UDP' || (sourcePort !== 53 && destinationPort !== 53)) continue;
        const theirs = dnsPacket.decode(Buffer.from(bytes));
        const ours = parseDns(bytes, wireLength);
        assert.ok(ours, Buffer.from(bytes).toString('hex'));
        assert.deepEqual(
          ours.questions.map((question) => question.name),
          theirs.questions?.map((question) => question.name.toLowerCase()),
        );
        assert.equal(ours.answers.length, theirs.answers?.length);
        for (const [index, given] of (theirs.answers ?? []).entries()) {
          if (given.type === 'A' || given.type === 'CNAME')
            assert.equal(ours.answers[index]?.data, given.data.toLowerCase());
        }
        compared++;
      }
    }
    assert.ok(compared > 100, String(compared));
  });
});

function decoded(bytes: Buffer): dnsPacket.Packet | undefined {
  try {
    return dnsPacket.decode(bytes);
  } catch {
    return undefined;
  }
}
