import { mayBecomeDceRpc, parseDceRpc } from './dcerpc/parse-dcerpc.ts';
import { parseDns } from './dns/parse-dns.ts';
import { parseDnsStream } from './dns/parse-dns-stream.ts';
import type { ApplicationFacts } from './facts.ts';
import { parseHttp } from './http/parse-http.ts';
import { parseHttp2 } from './http2/parse-http2.ts';
import { parseBittorrent, parseBittorrentDatagram } from './other/parse-bittorrent.ts';
import { parseLdap } from './other/parse-ldap.ts';
import { parseLines } from './other/parse-lines.ts';
import { parseMemcached, parseMemcachedDatagram } from './other/parse-memcached.ts';
import { parseNetbios } from './other/parse-netbios.ts';
import { parseNtp } from './other/parse-ntp.ts';
import { parseAmqp, parseMqtt } from './other/parse-queues.ts';
import { parseRdp } from './other/parse-rdp.ts';
import { parseSnmp } from './other/parse-snmp.ts';
import { parseSocks4, parseSocks5 } from './other/parse-socks.ts';
import { parseTelnet } from './other/parse-telnet.ts';
import { parseTftp } from './other/parse-tftp.ts';
import { parseQuicInitial } from './quic/quic-initial.ts';
import { mayBecomeSmb, parseSmb } from './smb/parse-smb.ts';
import { parseSsh } from './ssh/parse-ssh.ts';
import { parseKafka } from './store/parse-kafka.ts';
import { parseMongodb } from './store/parse-mongodb.ts';
import { parseMysql } from './store/parse-mysql.ts';
import { parsePostgresql } from './store/parse-postgresql.ts';
import { parseRedis } from './store/parse-redis.ts';
import { parseStratum } from './stratum/parse-stratum.ts';
import { mayBecomeTls, parseTls } from './tls/parse-tls.ts';

/** One way of reading a sample. Never throws, keeps nothing, takes time linear in the bytes it is given. */
export interface PayloadParser {
  readonly name: string;
  readonly transport: 'TCP' | 'UDP' | 'both';
  /**
   * Facts of one direction's stream from its beginning, or of one datagram; empty when it is not this protocol. With more of the
   * same stream the facts given before come again, first and in the same order; only the last of them may say more.
   * @param bytes what was sampled without a gap
   * @param wireLength bytes of the datagram on the wire; of a stream those that were sent so far, at least `bytes.length`
   * @param toServer the client sent it; undefined when nobody knows
   */
  parse(bytes: Uint8Array, wireLength: number, toServer: boolean | undefined): readonly ApplicationFacts[];
  /** The beginning is too short for `parse`, and nothing in it speaks against this protocol. Without it: one line of text. */
  mayBecome?(bytes: Uint8Array): boolean;
}

/** All parsers, those that are surest of what they see first: the first that finds something is right. */
export const PAYLOAD_PARSERS: readonly PayloadParser[] = [
  { name: 'http', transport: 'TCP', parse: (stream) => parseHttp(stream) },
  { name: 'http2', transport: 'TCP', parse: (stream) => parseHttp2(stream) },
  { name: 'ssh', transport: 'TCP', parse: (stream, _, toServer) => parseSsh(stream, toServer) },
  { name: 'tls', transport: 'TCP', parse: (stream) => parseTls(stream), mayBecome: mayBecomeTls },
  { name: 'quic', transport: 'UDP', parse: (datagram) => list(parseQuicInitial(datagram)) },
  { name: 'smb', transport: 'TCP', parse: (stream) => parseSmb(stream), mayBecome: mayBecomeSmb },
  { name: 'stratum', transport: 'TCP', parse: (stream, _, toServer) => parseStratum(stream, toServer) },
  { name: 'postgresql', transport: 'TCP', parse: (stream) => parsePostgresql(stream) },
  { name: 'mysql', transport: 'TCP', parse: (stream) => parseMysql(stream) },
  { name: 'mongodb', transport: 'TCP', parse: (stream) => parseMongodb(stream) },
  { name: 'redis', transport: 'TCP', parse: (stream, _, toServer) => parseRedis(stream, toServer) },
  { name: 'dcerpc', transport: 'TCP', parse: (stream) => parseDceRpc(stream), mayBecome: mayBecomeDceRpc },
  { name: 'bittorrent', transport: 'TCP', parse: (stream, _, toServer) => list(parseBittorrent(stream, toServer)) },
  { name: 'bittorrent', transport: 'UDP', parse: (bytes, length) => list(parseBittorrentDatagram(bytes, length)) },
  { name: 'lines', transport: 'both', parse: (bytes, _, toServer) => list(parseLines(bytes, toServer)) },
  { name: 'rdp', transport: 'TCP', parse: (stream) => list(parseRdp(stream)) },
  { name: 'mqtt', transport: 'TCP', parse: (stream, _, toServer) => list(parseMqtt(stream, toServer)) },
  { name: 'amqp', transport: 'TCP', parse: (stream, _, toServer) => list(parseAmqp(stream, toServer)) },
  { name: 'snmp', transport: 'UDP', parse: (bytes, _, toServer) => list(parseSnmp(bytes, toServer)) },
  { name: 'ldap', transport: 'both', parse: (bytes) => list(parseLdap(bytes)) },
  { name: 'telnet', transport: 'TCP', parse: (stream, _, toServer) => list(parseTelnet(stream, toServer)) },
  { name: 'tftp', transport: 'UDP', parse: (bytes) => list(parseTftp(bytes)) },
  { name: 'netbios', transport: 'UDP', parse: (bytes) => list(parseNetbios(bytes)) },
  { name: 'dns', transport: 'TCP', parse: (stream) => parseDnsStream(stream) },
  { name: 'dns', transport: 'UDP', parse: (bytes, length) => list(parseDns(bytes, length)) },
  { name: 'kafka', transport: 'TCP', parse: (stream, _, toServer) => parseKafka(stream, toServer) },
  { name: 'memcached', transport: 'TCP', parse: (stream) => list(parseMemcached(stream)) },
  { name: 'memcached', transport: 'UDP', parse: (bytes, _, toServer) => list(parseMemcachedDatagram(bytes, toServer)) },
  { name: 'socks5', transport: 'TCP', parse: (stream, _, toServer) => list(parseSocks5(stream, toServer)) },
  { name: 'socks4', transport: 'TCP', parse: (stream, _, toServer) => list(parseSocks4(stream, toServer)) },
  { name: 'ntp', transport: 'UDP', parse: (bytes, length) => list(parseNtp(bytes, length)) },
];

function list(facts: ApplicationFacts | undefined): readonly ApplicationFacts[] {
  return facts === undefined ? [] : [facts];
}
