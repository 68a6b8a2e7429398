import type { Twin } from '../twin.ts';

const CLIENTS = ['mailer', 'scraper', 'frontend'];
const SEARCH = ['dns-storm.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'ec2.internal'];
const NAMES = Array.from({ length: 60 }, (_, index) => `host-${index}.cdn.example.com`);

/** A resolver that is slow now and then, and clients that ask it with every search domain. */
export const dns: Twin = {
  id: 'dns-storm',
  what: 'lookups with ndots:5 (four NXDOMAINs each), a storm a cycle, answers later than anybody waits',
  pods: { 'node-dns': { ports: [53] }, ...Object.fromEntries(CLIENTS.map((role) => [role, {}])) },
  serve: async (stage) => {
    const known = ['example.com', 'mx.test'];
    await stage.run('node-dns', [{ kind: 'dns-server', known, lateShare: 0.02, lateMs: 900 }]);
  },
  start: async (stage) => {
    const everySeconds = stage.cycleSeconds;
    const common = {
      kind: 'dns-client',
      host: stage.ip('node-dns'),
      search: SEARCH,
      names: NAMES,
      timeoutMs: 600,
    } as const;
    await Promise.all(
      CLIENTS.map((role) =>
        stage.run(role, [
          { ...common, lookupsPerSecond: 2 },
          { ...common, lookupsPerSecond: 60, burst: { seconds: Math.min(10, everySeconds / 3), everySeconds } },
        ]),
      ),
    );
  },
};
