import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

/**
 * Who holds the other end of a connection over loopback: the uid of its socket, from /proc/net/tcp and tcp6 of this network
 * namespace. Undefined when it is not there: closed meanwhile, or not of this machine.
 */
export function peerUid({ remoteAddress, remotePort, localPort }: Ends): number | undefined {
  if (remoteAddress === undefined || remotePort === undefined || localPort === undefined) return undefined;
  const ports = [remotePort, localPort].map((port) => port.toString(16).toUpperCase().padStart(4, '0'));
  /* sl, local address:port, remote address:port, state, queues, timer, retransmits, uid. 01 is ESTABLISHED. */
  const line = new RegExp(`^ *\\d+: ([0-9A-F]+):${ports[0]} ([0-9A-F]+):${ports[1]} 01 \\S+ \\S+ \\S+ +(\\d+) `, 'm');
  for (const table of ['/proc/thread-self/net/tcp', '/proc/thread-self/net/tcp6']) {
    const [, from, to, uid] = line.exec(textOf(table)) ?? [];
    /* Both ends are this machine's own: of 127.0.0.0/8 (little endian), ::1, or such an IPv4 address mapped. */
    if (uid !== undefined && isLoopback(from) && isLoopback(to)) return Number(uid);
  }
  return undefined;
}

function isLoopback(hex = ''): boolean {
  return /^(?:0{16}F{4}0{4}|0{16}0000FFFF)?[0-9A-F]{6}7F$/.test(hex) || hex === `${'0'.repeat(24)}01000000`;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
