import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { LiveScenario } from '../support/scenario.ts';

const SEARCH = [
  'benign-dns-names.svc.cluster.local',
  'svc.cluster.local',
  'cluster.local',
  'eu-west-1.compute.internal',
];
const MISSING = [...SEARCH, 'in-addr.arpa', 'list.example.org'];

/** Looks random, and is the same each time. */
function hash(nth: number, length: number): string {
  return createHash('sha256').update(`${nth}`).digest('hex').slice(0, length);
}

/** A thousand questions of an ordinary pod: what search suffixes, a CDN, mail, reverse look-ups and block lists make of them. */
function questions(): [name: string, type: string][] {
  const list: [string, string][] = [];
  for (let nth = 0; nth < 100; nth++) {
    const host = `api-${nth}.vendor.com`;
    for (const suffix of SEARCH) list.push([`${host}.${suffix}`, 'A']);
    list.push([host, 'A'], [`d${hash(nth, 13)}.cloudfront.net`, 'A'], [`selector${nth}._domainkey.mailer.com`, 'TXT']);
    list.push([`_dmarc.customer-${nth}.com`, 'TXT'], [`${nth}.7.2.10.in-addr.arpa`, 'PTR']);
    list.push([`${nth}.113.0.203.list.example.org`, 'A'], [`_http._tcp.node-${nth}.service.example.net`, 'SRV']);
  }
  return list;
}

export const scenario: LiveScenario = {
  what: 'a pod asks for a thousand names: search suffixes, a CDN, keys of mail, reverse look-ups, a block list, services',
  from: 'pod',
  pods: { asker: {} },
  hosts: { resolver: {} },
  prepare: async (act) => void (await act.ownProgram('resolver', 'name-server', { missing: MISSING }).line()),
  run: async (act) => {
    const settings = { server: act.ip('resolver'), questions: questions() };
    const { answered, missing } = await act
      .ownProgram('asker', 'look-up', settings)
      .line<{ answered: number; missing: number }>();
    assert.ok(answered >= 400 && missing >= 600, `${answered} answered, ${missing} missing`);
  },
  expect: 'silence',
};
