import { Agent } from 'node:http';
import { ports } from '../pod-settings.ts';
import { call } from './http-client.ts';
import { serveHttp } from './http-server.ts';
import { text, webSize } from './pace.ts';
import { ServiceLookup } from './service-lookup.ts';

/** The shop's front: pages need the API, images do not. */
export async function serveWeb(dns: string): Promise<void> {
  const services = new ServiceLookup(dns, 'shop');
  const agent = new Agent({ keepAlive: true, maxSockets: 4, timeout: 10_000 });
  await serveHttp(ports.web, async (path, request) => {
    if (path === '/sale') return text(512);
    if (path.startsWith('/image/')) return text(webSize(5_000, 80_000));
    // Now and then a connection is not reused, as when a proxy is reloaded.
    const once = Math.random() < 0.15;
    await call({
      host: await services.find('api.shop'),
      port: ports.api,
      path,
      ...(request.method === 'POST' && { body: text(400) }),
      ...(!once && { agent }),
    });
    return text(webSize(2_000, 30_000));
  });
}
