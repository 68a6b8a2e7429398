import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { ports } from '../pod-settings.ts';
import { answer, dnsRcode, dnsType, parseQuestion } from './dns-message.ts';

/** Seconds that CoreDNS's kubernetes plugin gives its records. */
const ttlSeconds = 5;

/** The cluster's DNS over UDP: A records of the names it knows, NXDOMAIN for the others. */
export async function serveDns(records: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const socket = createSocket('udp4');
  let turn = 0;
  socket.on('message', (message, from) => {
    const question = parseQuestion(message);
    if (!question) return;
    const known = records[question.name];
    turn += 1;
    const ips = known && question.type === dnsType.A ? rotated(known, turn) : [];
    const rcode = known ? dnsRcode.noError : dnsRcode.nxDomain;
    socket.send(answer(message, question, rcode, ips, ttlSeconds), from.port, from.address);
  });
  socket.on('error', (error) => console.error(error.message));
  socket.bind(ports.dns);
  await once(socket, 'listening');
}

function rotated(ips: readonly string[], turn: number): string[] {
  const first = turn % ips.length;
  return [...ips.slice(first), ...ips.slice(0, first)];
}
