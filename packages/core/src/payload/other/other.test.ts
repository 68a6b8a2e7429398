import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OtherFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { PAYLOAD_PARSERS } from '../parsers.ts';
import { bytesOf, fromHex } from '../testing/bytes.ts';
import { type Captured, captured, noCorpus } from '../testing/captured.ts';
import { parseLines } from './parse-lines.ts';
import { parseNtp } from './parse-ntp.ts';
import { parseMqtt } from './parse-queues.ts';
import { parseRdp } from './parse-rdp.ts';
import { parseSocks4, parseSocks5 } from './parse-socks.ts';
import { parseTelnet } from './parse-telnet.ts';
import { parseTftp } from './parse-tftp.ts';

const said = (line: string, toServer?: boolean): string | undefined => {
  const facts = parseLines(bytesOf(`${line}\r\n`), toServer);
  return facts && `${facts.name} ${facts.message}`;
};

describe('parseLines', () => {
  it('tells greetings of 220 apart', () => {
    assert.equal(said('220 mail.example.org ESMTP Postfix', false), 'smtp response');
    assert.equal(said('220 mx7.example.org', false), 'smtp response');
    assert.equal(said('220 (vsFTPd 3.0.5)', false), 'ftp response');
    assert.equal(said('220-Welcome\r\n220-this is\r\n220 an FTP server', false), 'ftp response');
    assert.equal(said('220 Welcome to our files', false), 'ftp response');
  });

  it('tells USER of FTP and IRC apart, and PASS with what follows it', () => {
    assert.equal(said('USER anonymous', true), 'ftp request');
    assert.equal(said('USER bot 8 * :bot', true), 'irc request');
    assert.equal(said('PASS x\r\nNICK bot', true), 'irc request');
    assert.equal(said('PASS x', true), undefined);
    assert.equal(said('nick [DEU]bot', true), 'irc request');
  });

  it('believes of a protocol only the end that says it', () => {
    assert.equal(said('EHLO x', false), undefined);
    assert.equal(said('EHLO x', undefined), 'smtp request');
    assert.equal(said('220 x.example ESMTP', true), undefined);
    assert.equal(said('SIP/2.0 200 OK', true), 'sip response');
  });

  it('gives the first line, as long as the limit, and only when it is text with an end', () => {
    assert.equal(parseLines(bytesOf('EHLO a.example\nMAIL'), true)?.detail, 'EHLO a.example');
    assert.equal(parseLines(bytesOf(`EHLO ${'a'.repeat(900)}\n`), true)?.detail.length, PAYLOAD_LIMITS.detailLength);
    for (const no of ['EHLO a', 'EHLO a\0b\n', `EHLO ${'a'.repeat(2000)}\n`, '', '\n'])
      assert.equal(parseLines(bytesOf(no), true), undefined, no);
  });
});

describe('protocols of bytes', () => {
  it('do not take what only begins alike', () => {
    // S7 and MMS connect over X.224 too, with parameters.
    assert.equal(parseRdp(fromHex('0300 0016 11 e0 0000 0001 00 c1 02 0100 c2 02 0102 c0 01 0a')), undefined);
    assert.equal(parseTelnet(fromHex('ff fb 60'), true), undefined);
    assert.equal(parseTelnet(fromHex('ff d8 ff'), true), undefined);
    assert.equal(parseSocks5(fromHex('05 01'), true), undefined);
    assert.equal(parseSocks5(fromHex('05 01 00 99'), true), undefined);
    assert.equal(parseSocks5(fromHex('05 00 41'), false), undefined);
    assert.equal(parseSocks4(fromHex('04 01 0000 c0000201 00'), true), undefined);
    assert.equal(parseSocks4(fromHex('04 01 0050 c0000201 07 00'), true), undefined);
    assert.equal(parseTftp(bytesOf('\0\x01a\0binary\0')), undefined);
    assert.equal(parseTftp(bytesOf('\0\x01a\0octet')), undefined);
    assert.equal(parseMqtt(fromHex('20 02 00 06'), false), undefined);
    assert.equal(parseNtp(new Uint8Array(48).fill(0x23), 48), undefined);
    assert.equal(parseNtp(fromHex(`23 ${'00'.repeat(46)}`), 47), undefined);
  });

  it('take what goes on after the greeting', () => {
    assert.ok(parseSocks5(fromHex('05 01 00 05 01 00 03 0b'), true));
    assert.ok(parseSocks5(fromHex('05 02 00 02 01 04 75736572'), true));
    assert.ok(parseSocks5(fromHex('05 00 05 00 00 01'), false));
    assert.ok(parseSocks5(fromHex('05 ff'), false));
    assert.ok(parseSocks4(fromHex('04 01 0050 00000001 00 6578616d706c6500'), true));
  });

  it('are named the same by all ends of real traffic on their ports', { skip: noCorpus }, () => {
    const expected: readonly (readonly [file: string, port: number, name: string, count: number])[] = [
      ['benign/ndpi_vnc.pcap', 6900, 'vnc', 4],
      ['benign/arkime_smtp_decrypted.pcap', 25, 'smtp', 4],
      ['benign/arkime_smtp_data_250.pcap', 587, 'smtp', 2],
      ['bruteforce/zeek_ftp_brute.pcap', 21, 'ftp', 60],
      ['benign/arkime_imap.pcap', 143, 'imap', 2],
      ['benign/arkime_socks5_http_302_frag.pcap', 21_477, 'socks5', 2],
      ['benign/arkime_mqtt_synthetic.pcap', 1883, 'mqtt', 7],
      ['malware/log4j_ndpi.pcap', 1389, 'ldap', 4],
      ['lateral/otrf_empire_smbexec_dcerpc_smb_svcctl_0.pcap', 389, 'ldap', 6],
      ['lateral/otrf_empire_psexec_dcerpc_tcp_svcctl_1.pcap', 123, 'ntp', 2],
    ];
    for (const [file, port, name, count] of expected) {
      const ends = captured(file).filter(
        ({ sourcePort, destinationPort }) => sourcePort === port || destinationPort === port,
      );
      assert.deepEqual(ends.map(nameOf), Array(count).fill(name), file);
    }
  });

  it('are not seen in what real traffic of other protocols says', { skip: noCorpus }, () => {
    const files = [
      'ja4_tls3',
      'ndpi_quic',
      'ndpi_openvpn',
      'ndpi_nfsv3',
      'ndpi_teams',
      'ndpi_signal',
      'ndpi_cassandra',
      'zeek_mysql_auth',
    ];
    const others = files
      .flatMap((file) => captured(`benign/${file}.pcap`))
      .filter((sample) => nameOf(sample) !== undefined);
    assert.ok(files.flatMap((file) => captured(`benign/${file}.pcap`)).length > 1500);
    assert.deepEqual([...new Set(others.map((sample) => `${sample.transport} ${nameOf(sample)}`))].sort(), [
      'UDP ssdp',
    ]);
  });
});

function nameOf({ transport, bytes, wireLength, toServer }: Captured): string | undefined {
  for (const parser of PAYLOAD_PARSERS) {
    if (parser.transport !== 'both' && parser.transport !== transport) continue;
    const [facts] = parser.parse(bytes, wireLength, toServer);
    if (facts !== undefined) return facts.protocol === 'other' ? (facts as OtherFacts).name : undefined;
  }
  return undefined;
}
