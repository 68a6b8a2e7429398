import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { parseAddress } from '@netguard/core';

const NUMBERS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };

/**
 * Community ID v1 with seed 0: the same text for both directions of a flow, as Zeek, Suricata and Security Onion write it.
 * Undefined for protocols without ports, and where an end is no address.
 */
export function communityId(
  protocol: string,
  sourceIp: string,
  sourcePort: number,
  targetIp: string,
  targetPort: number,
): string | undefined {
  const number = Object.hasOwn(NUMBERS, protocol) ? NUMBERS[protocol] : undefined;
  const source = addressBytes(sourceIp);
  const target = addressBytes(targetIp);
  if (number === undefined || source === undefined || source.length !== target?.length) return undefined;
  const order = Buffer.compare(source, target);
  const isForward = order < 0 || (order === 0 && sourcePort <= targetPort);
  const [low, lowPort, high, highPort] = isForward
    ? [source, sourcePort, target, targetPort]
    : [target, targetPort, source, sourcePort];
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(lowPort, 0);
  ports.writeUInt16BE(highPort, 2);
  const hash = createHash('sha1');
  for (const part of [Buffer.alloc(2), low, high, Buffer.from([number, 0]), ports]) hash.update(part);
  return `1:${hash.digest('base64')}`;
}

function addressBytes(ip: string): Buffer | undefined {
  const bytes = parseAddress(ip);
  if (bytes === undefined) return undefined;
  return Buffer.from(isIPv4(ip) ? bytes.subarray(12) : bytes);
}
