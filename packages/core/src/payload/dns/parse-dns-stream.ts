import type { DnsFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';
import { parseDns } from './parse-dns.ts';

/**
 * Messages of DNS over TCP, each with its length in two bytes before it (RFC 1035, section 4.2.2), from the beginning of one
 * direction. The last one may be cut off. Stops at what is no message; empty when the first is none.
 */
export function parseDnsStream(stream: Uint8Array): DnsFacts[] {
  const messages: DnsFacts[] = [];
  let at = 0;
  while (at + 2 < stream.length && messages.length < PAYLOAD_LIMITS.dnsMessagesOfStream) {
    const length = stream[at]! * 256 + stream[at + 1]!;
    const message = parseDns(stream.subarray(at + 2, at + 2 + length), length);
    if (message === undefined) break;
    messages.push(message);
    at += 2 + length;
  }
  return messages;
}
