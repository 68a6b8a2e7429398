import type { Twin } from '../twin.ts';
import { autoscaling } from './autoscaling.ts';
import { beacons } from './beacons.ts';
import { crawler } from './crawler.ts';
import { cron } from './cron.ts';
import { dns } from './dns.ts';
import { gossip } from './gossip.ts';
import { insidePod } from './inside-pod.ts';
import { loadTest } from './load-test.ts';
import { logins } from './logins.ts';
import { logs } from './logs.ts';
import { monitoring } from './monitoring.ts';
import { outage } from './outage.ts';
import { pools } from './pools.ts';
import { probes } from './probes.ts';
import { rollout } from './rollout.ts';
import { sharedAddress } from './shared-address.ts';
import { shop } from './shop.ts';
import { slowApplication } from './slow-application.ts';
import { transfers } from './transfers.ts';

/** Every benign twin of a soak. All are at work at once. */
export const allTwins: readonly Twin[] = [
  shop,
  monitoring,
  probes,
  dns,
  gossip,
  rollout,
  autoscaling,
  cron,
  transfers,
  slowApplication,
  beacons,
  loadTest,
  logs,
  insidePod,
  logins,
  pools,
  sharedAddress,
  outage,
  crawler,
];
