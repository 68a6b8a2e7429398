import type { OtherFacts } from '../facts.ts';
import { startsWith } from '../starts-with.ts';
import { messageOf, otherFacts } from './other-facts.ts';

/** AMQP 0-9-1: a method frame on channel 0 with Connection.Start, which the server says first. */
const METHOD_FRAME = '\x01\x00\x00';
const CONNECTION_START = '\x00\x0a\x00\x0a';

/** AMQP's protocol header (0-9-1: `AMQP\0\0\x09\x01`; 1.0: `AMQP` with its layer), or the server's first method of 0-9-1. */
export function parseAmqp(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  // The byte after the name is 0, 1, 2 or 3; the version's first is 0 or 1.
  if (startsWith(bytes, 'AMQP') && bytes.length >= 8) {
    return bytes[4]! <= 3 && bytes[5]! <= 1 ? otherFacts('amqp', messageOf(toServer)) : undefined;
  }
  const isStart = startsWith(bytes, METHOD_FRAME) && startsWith(bytes, CONNECTION_START, 7);
  return isStart ? otherFacts('amqp', 'response') : undefined;
}

const CONNECT = 0x10;
const ACKNOWLEDGED = 0x20;
/** Protocol name with its length, as versions 3.1.1 and 5, and 3.1, send it. */
const NAMES = ['\x00\x04MQTT', '\x00\x06MQIsdp'] as const;

/** MQTT's CONNECT, or the CONNACK of 3.1.1 (4 bytes) or 5 (with properties). */
export function parseMqtt(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  if (bytes[0] === CONNECT) {
    // The remaining length takes one to four bytes of which the last is below 0x80 (section 1.5.5 of version 5).
    let at = 1;
    while (at < 4 && bytes[at]! >= 0x80) at++;
    return NAMES.some((name) => startsWith(bytes, name, at + 1)) ? otherFacts('mqtt', 'request') : undefined;
  }
  if (toServer === true || bytes[0] !== ACKNOWLEDGED || bytes.length < 4) return undefined;
  const [remaining, flags, code] = [bytes[1]!, bytes[2]!, bytes[3]!];
  const is3 = remaining === 2 && code <= 5;
  const is5 = remaining > 2 && remaining < 0x80 && bytes[4] === remaining - 3 && (code === 0 || code >= 0x80);
  return flags <= 1 && (is3 || is5) ? otherFacts('mqtt', 'response') : undefined;
}
