import { Agent } from 'node:http';
import { ports } from '../pod-settings.ts';
import { call } from './http-client.ts';
import { between, pause, text } from './pace.ts';
import { ServiceLookup } from './service-lookup.ts';

const people = 3;

/** People that visit the shop, again and again: a visit is a connection or two, some pages, images, perhaps an order. */
export function goShopping(dns: string): void {
  const services = new ServiceLookup(dns, 'clients');
  for (let person = 0; person < people; person += 1) void shopForever(services);
}

async function shopForever(services: ServiceLookup): Promise<never> {
  for (;;) {
    // A shop that does not answer, as in a flood, is tried again after a moment.
    await visit(services).catch(() => pause(300, 900));
    await pause(200, 700);
  }
}

async function visit(services: ServiceLookup): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  try {
    const shop = { host: await services.find('web.shop'), port: ports.web, agent };
    for (let pages = between(1, 6); pages > 0; pages -= 1) {
      await call({ ...shop, path: `/product/${between(1, 400)}` });
      await Promise.all(
        Array.from({ length: between(0, 3) }, () => call({ ...shop, path: `/image/${between(1, 400)}` })),
      );
      await pause(80, 400);
    }
    if (Math.random() < 0.3) await call({ ...shop, path: '/cart', body: text(between(600, 4_000)) });
  } finally {
    agent.destroy();
  }
}
