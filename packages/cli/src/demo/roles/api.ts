import { ports } from '../pod-settings.ts';
import { CacheClient } from './cache-client.ts';
import { DatabaseClient } from './database-client.ts';
import { serveHttp } from './http-server.ts';
import { between, text, webSize } from './pace.ts';
import { ServiceLookup } from './service-lookup.ts';

/** The shop's API: asks the cache first and the database when that does not know, over connections that stay open. */
export async function serveApi(dns: string): Promise<void> {
  const services = new ServiceLookup(dns, 'shop');
  const cache = new CacheClient(() => services.find('redis'));
  const database = new DatabaseClient(() => services.find('postgres'));
  await serveHttp(ports.api, async (path, request) => {
    if (request.method === 'POST') {
      await database.query(`INSERT INTO cart VALUES (${between(1, 10_000)}, now())`);
      return text(64);
    }
    if (!(await cache.get(path))) {
      await database.query(`SELECT * FROM product WHERE path = '${path}' LIMIT ${between(1, 12)}`);
      await cache.set(path, text(webSize(300, 6_000)));
    }
    return text(webSize(400, 8_000));
  });
}
