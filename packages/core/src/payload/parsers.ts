import { parseDns } from './dns/parse-dns.ts';
import { parseDnsStream } from './dns/parse-dns-stream.ts';
import type { ApplicationFacts } from './facts.ts';

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
}

/** All parsers, those that are surest of what they see first. */
export const PAYLOAD_PARSERS: readonly PayloadParser[] = [
  { name: 'dns', transport: 'UDP', parse: (bytes, wireLength) => asList(parseDns(bytes, wireLength)) },
  { name: 'dns', transport: 'TCP', parse: (stream) => parseDnsStream(stream) },
];

function asList(facts: ApplicationFacts | undefined): readonly ApplicationFacts[] {
  return facts === undefined ? [] : [facts];
}
