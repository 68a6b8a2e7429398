/** Real traffic: what the parsers say of it, against what Wireshark 4.4 (tshark) and the authors of JA4 say. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApplicationFacts, TlsClientHello } from './facts.ts';
import { identifyApplication } from './identify.ts';
import { type Captured, captured, noCorpus } from './testing/captured.ts';

const facts = (one: Captured): readonly ApplicationFacts[] => identifyApplication({ ...one, isLast: true }) ?? [];
const factsOf = (file: string): ApplicationFacts[] => captured(file).flatMap((one) => [...facts(one)]);

function hellosOf(file: string): TlsClientHello[] {
  return factsOf(file).flatMap((fact) => {
    if (fact.protocol === 'quic') return fact.hello === undefined ? [] : [fact.hello];
    return fact.protocol === 'tls' && fact.message === 'client-hello' ? [fact] : [];
  });
}

/** How often each occurs. */
function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

describe('real traffic', { skip: noCorpus }, () => {
  it('has the JA4 that its authors print (FoxIO, tls3.pcapng)', () => {
    const found = hellosOf('benign/ja4_tls3.pcap').map(({ ja4, serverName }) => `${serverName} ${ja4}`);
    assert.deepEqual(tally(found), {
      'darksail.ai t13d1516h2_8daaf6152771_e5627efa2ab1': 4,
      'darksail.ai t13d1516h2_8daaf6152771_9b887d9acb53': 2,
      'rsms.me t13d1516h2_8daaf6152771_9b887d9acb53': 1,
      'fonts.googleapis.com q13d0310h3_55b375c5d22e_cd85d2d88918': 1,
      'rsms.me q13d0310h3_55b375c5d22e_cd85d2d88918': 1,
      'rsms.me q13d0311h3_55b375c5d22e_3512bcbbc9ec': 1,
      'cdn.jsdelivr.net q13d0310h3_55b375c5d22e_cd85d2d88918': 1,
      'cdnjs.cloudflare.com q13d0310h3_55b375c5d22e_cd85d2d88918': 1,
      'fonts.gstatic.com q13d0310h3_55b375c5d22e_cd85d2d88918': 1,
    });
  });

  it('of two remote access tools has the fingerprints and the certificate that Wireshark shows', () => {
    const all = factsOf('c2/rat_cd010953.pcap').filter((fact) => fact.protocol === 'tls');
    const hello = all.find((fact) => fact.message === 'client-hello');
    assert.equal(hello?.ja3.hash, '8b79783b7a50d6785ef5365a464f97d1');
    assert.equal(hello?.ja4, 't10i120400_9a86275ec70d_368bf2d64253');
    assert.equal(all.find((fact) => fact.message === 'server-hello')?.ja3s.hash, 'b74704234e6128f33bff9865696e31b3');
    const certificate = all.find((fact) => fact.message === 'certificate')?.chain[0];
    assert.equal(certificate?.subject, 'CN=AsyncRAT Server');
    assert.equal(certificate?.serial, '00:AF:33:69:9C:11:67:E7:D4:58:97:0B:1C:60:13:67');
    assert.equal(certificate?.notBeforeMs, Date.parse('2020-05-12T18:45:20Z'));
  });

  it('has post-quantum or split hellos put together of their segments', () => {
    const [split] = hellosOf('benign/arkime_tls_split_client_hello.pcap');
    assert.equal(split?.isCut, undefined);
    assert.match(split?.ja4 ?? '', /^t13d/);
  });

  it('has an SSL 2.0 hello', () => {
    const [hello] = hellosOf('benign/arkime_https2_301_get.pcap');
    assert.equal(hello?.recordVersion, 2);
  });

  it('of Windows shows its dialects, commands and interfaces', () => {
    const smb = factsOf('lateral/otrf_disc_empire_find_localadmin_smb_svcctl_OpenSCManager.pcap');
    const requests = smb.filter((fact) => fact.protocol === 'smb' && fact.message === 'request');
    assert.deepEqual(
      requests.map(
        (fact) => fact.protocol === 'smb' && `${fact.version} ${fact.command} ${fact.dialects.join(' ')}`.trim(),
      ),
      ['1 114 NT LM 0.12 SMB 2.002 SMB 2.???', '3 0 2.0.2 2.1 3.0 3.0.2 3.1.1', '2 1', '2 3', '2 11', '2 5'],
    );
    const binds = factsOf('lateral/otrf_empire_smbexec_dcerpc_smb_svcctl_0.pcap').flatMap((fact) =>
      fact.protocol === 'dcerpc' ? fact.interfaces : [],
    );
    assert.deepEqual(
      new Set(binds),
      new Set([
        'e1af8308-5d1f-11c9-91a4-08002b14a0fa',
        'e3514235-4b06-11d1-ab04-00c04fc2dcd2',
        '12345678-1234-abcd-ef00-01234567cffb',
      ]),
    );
  });

  it('of data stores shows who logs in', () => {
    const details = (file: string): string[] =>
      factsOf(file).flatMap((fact) =>
        'detail' in fact && fact.protocol !== 'other' ? [`${fact.protocol} ${fact.detail}`] : [],
      );
    assert.deepEqual(tally(details('benign/zeek_mysql_auth.pcap')), {
      'mysql 5.1.67-log': 10,
      'mysql root': 5,
      'mysql root_nope': 5,
      "mysql Host 'lumberjack.home' is not allowed to connect to this MySQL server": 3,
    });
    assert.ok(details('benign/zeek_redis_pubsub_resp3.pcap').includes('redis HELLO'));
  });
});

/** Protocols of NetGuard's own that a whole capture may show: nothing is taken for what it is not. */
describe('the protocols of a capture', { skip: noCorpus }, () => {
  for (const [file, protocols] of [
    ['benign/ndpi_nfsv3.pcap', []],
    ['benign/ndpi_cassandra.pcap', []],
    ['benign/ndpi_elasticsearch.pcap', []],
    ['benign/ndpi_openvpn.pcap', []],
    ['benign/ndpi_sip.pcap', []],
    ['benign/zeek_mysql_auth.pcap', ['mysql']],
    ['benign/ndpi_doh.pcap', ['tls']],
  ] as const) {
    it(`${file} shows ${protocols.join(', ') || 'none of those that a miner or a store speaks'}`, () => {
      const ours = ['tls', 'quic', 'smb', 'dcerpc', 'redis', 'mysql', 'postgresql', 'mongodb', 'kafka', 'stratum'];
      const found = new Set(factsOf(file).map(({ protocol }) => protocol as string));
      assert.deepEqual(
        ours.filter((name) => found.has(name)),
        protocols,
      );
    });
  }
});
