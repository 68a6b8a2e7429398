import { connect } from 'node:net';
import type { CrowdResult, CrowdSettings } from '../pod-settings.ts';

const tickMs = 10;
/** A client that has no answer by then gives up. */
const patienceMs = 5_000;

/**
 * A flash crowd: real clients that complete their handshake, ask for the sale page, read it and go, at a rate at which a
 * flood would send SYNs. Resolves when the last one is done.
 */
export async function comeAsCrowd({ target, port, from, rate, seconds }: CrowdSettings): Promise<CrowdResult> {
  const total = Math.round(rate * seconds);
  const clients: Promise<boolean>[] = [];
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.ceil(((performance.now() - start) / 1_000) * rate));
      while (clients.length < due) clients.push(visit(target, port, from[clients.length % from.length] as string));
      if (clients.length < total) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  const completed = (await Promise.all(clients)).filter(Boolean).length;
  return { connections: total, completed, failed: total - completed };
}

function visit(host: string, port: number, localAddress: string): Promise<boolean> {
  return new Promise((resolve) => {
    let bytes = 0;
    const socket = connect({ host, port, localAddress });
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.once('connect', () => socket.write('GET /sale HTTP/1.1\r\nHost: web.shop\r\nConnection: close\r\n\r\n'));
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(bytes > 0));
  });
}
