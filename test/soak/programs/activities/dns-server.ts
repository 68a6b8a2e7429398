import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { answer, dnsRcode, dnsType, parseQuestion } from '../../../../packages/cli/src/demo/roles/dns-message.ts';
import type { Start } from '../activity.ts';
import { between } from '../pace.ts';

/** A resolver that knows all names that end in one of these, and is late now and then: later than its clients wait. */
export interface DnsServer {
  readonly kind: 'dns-server';
  readonly known: readonly string[];
  readonly lateShare: number;
  readonly lateMs: number;
}

const TTL_SECONDS = 5;

export const start: Start<DnsServer> = async ({ known, lateShare, lateMs }, work) => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }, (message, { address, port }) => {
    const question = parseQuestion(message);
    if (question === undefined) return;
    const isKnown = known.some((name) => question.name === name || question.name.endsWith(`.${name}`));
    const ips = isKnown && question.type === dnsType.A ? [`203.0.113.${between(10, 200)}`] : [];
    const reply = answer(message, question, isKnown ? dnsRcode.noError : dnsRcode.nxDomain, ips, TTL_SECONDS);
    work.done += 1;
    const send = () => socket.send(reply, port, address);
    if (Math.random() < lateShare) setTimeout(send, between(lateMs / 2, lateMs * 2));
    else send();
  });
  socket.on('error', () => {});
  socket.bind(53);
  await once(socket, 'listening');
};
