/**
 * The one program that runs in the demo's pods: `node pod-program '{"role":"web",…}'`. Servers and clients are real, so
 * that what NetGuard shows is what the kernel saw. Says `ready` when it serves, or its result when it is done.
 */
import type { PodSettings } from './pod-settings.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as PodSettings;
// What the kernel reports as the process's name.
process.title = settings.role;

switch (settings.role) {
  case 'coredns':
    await (await import('./roles/dns-server.ts')).serveDns(settings.records);
    break;
  case 'web':
    await (await import('./roles/web.ts')).serveWeb(settings.dns);
    break;
  case 'api':
    await (await import('./roles/api.ts')).serveApi(settings.dns);
    break;
  case 'postgres':
    await (await import('./roles/database.ts')).serveDatabase();
    break;
  case 'redis':
    await (await import('./roles/cache.ts')).serveCache();
    break;
  case 'shopper':
    (await import('./roles/shopper.ts')).goShopping(settings.dns);
    break;
  case 'report':
    (await import('./roles/report.ts')).writeReports(settings.dns);
    break;
  case 'crowd':
    console.log(JSON.stringify(await (await import('./roles/crowd.ts')).comeAsCrowd(settings)));
    break;
  default:
    settings satisfies never;
    throw new Error('usage: pod-program SETTINGS');
}
if (settings.role !== 'crowd') console.log('ready');
