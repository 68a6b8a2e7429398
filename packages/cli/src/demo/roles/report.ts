import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseClient } from './database-client.ts';
import { between } from './pace.ts';
import { ServiceLookup } from './service-lookup.ts';

const reportEveryMs = 12_000;

/** A batch job: every few seconds it reads much of the database over a connection of its own. */
export function writeReports(dns: string): void {
  void reportForever(new ServiceLookup(dns, 'batch'));
}

async function reportForever(services: ServiceLookup): Promise<never> {
  for (;;) {
    const database = new DatabaseClient(() => services.find('postgres.shop'));
    try {
      for (let part = 0; part < 4; part += 1) await database.query(`SELECT * FROM sale LIMIT ${between(300, 900)}`);
    } catch {
      // The next report tries again.
    }
    database.close();
    await sleep(reportEveryMs);
  }
}
