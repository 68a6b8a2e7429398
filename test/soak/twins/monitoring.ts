import type { Target } from '../programs/activity.ts';
import type { Twin } from '../twin.ts';
import { statefulSet } from '../twin.ts';

const EXPORTERS = ['exporter-a', 'exporter-b', 'exporter-c'];
const METRICS = Array.from({ length: 20 }, (_, index) => 9100 + index);
const GONE_PORTS = [9300, 9301, 9302, 9303];
const GONE_HOSTS = 6;
const INTERVAL_SECONDS = 15;

/** Prometheus scrapes many targets; some have gone, and nobody has told it. */
export const monitoring: Twin = {
  id: 'monitoring',
  what: 'Prometheus-like scraping of 70 targets, ten of them dead, and pings of a monitor',
  pods: {
    'prometheus-0': { workload: statefulSet('prometheus') },
    'pinger-0': {},
    ...Object.fromEntries(EXPORTERS.map((role) => [role, { ports: METRICS }])),
  },
  serve: async (stage) => {
    await Promise.all(EXPORTERS.map((role) => stage.run(role, [{ kind: 'http-server', ports: METRICS, bytes: 4000 }])));
  },
  start: async (stage) => {
    const alive = EXPORTERS.flatMap((role) => METRICS.map((port) => ({ host: stage.ip(role), port })));
    const refused = GONE_PORTS.map((port) => ({ host: stage.ip('exporter-a'), port }));
    const gone = Array.from({ length: GONE_HOSTS }, () => ({ host: stage.cluster.deadIp(), port: 9100 }));
    const targets: Target[] = [...alive, ...refused, ...gone];
    await stage.run('prometheus-0', [
      { kind: 'http-client', targets, perSecond: targets.length / INTERVAL_SECONDS, keepAlive: true },
    ]);
    for (const role of [...EXPORTERS, 'prometheus-0']) ping(stage, role);
  },
};

/** ICMP needs a raw socket; hping3 is what the demo needs anyway. It ends with the lab. */
function ping(stage: Parameters<NonNullable<Twin['start']>>[0], role: string): void {
  stage.member('pinger-0').spawn('hping3', ['--icmp', '-q', '-n', '-i', '1', stage.ip(role)], { stdio: 'ignore' });
}
