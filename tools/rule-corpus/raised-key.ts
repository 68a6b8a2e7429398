import { formatAddress, parseAddress, type Socket } from '@netguard/core';

/** Names a rule that was raised in one conversation, whichever way: Suricata tells of a stream by the packet that acknowledged it. */
export function raisedKey(sid: number, one: Socket, other: Socket): string {
  const ends = [one, other].map(({ ip, port }) => `${canonical(ip)} ${port}`).sort();
  return `${sid}|${ends.join('|')}`;
}

/** The number of the rule in a key. */
export function sidOf(key: string): number {
  return Number(key.slice(0, key.indexOf('|')));
}

/** Suricata writes IPv6 addresses out in full. */
function canonical(ip: string): string {
  const bytes = parseAddress(ip);
  return bytes === undefined ? ip : formatAddress(bytes, 0);
}
