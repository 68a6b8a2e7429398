import type { Twin } from '../twin.ts';

const SITES = 40;

/** A workload that visits very many addresses outside, as crawlers, mail servers and federated services do. */
export const crawler: Twin = {
  id: 'crawler',
  what: 'a crawler that visits forty addresses outside, a few of which refuse',
  pods: { crawler: {} },
  hosts: { sites: SITES },
  serve: async (stage) => {
    await stage.run('sites', [{ kind: 'http-server', ports: [80], bytes: 9000, afterMs: 20 }]);
  },
  start: async (stage) => {
    const sites = stage.member('sites').ips;
    const targets = sites.map((host, index) => ({ host, port: index % 10 === 9 ? 8080 : 80 }));
    await stage.run('crawler', [{ kind: 'http-client', targets, anyOrder: true, perSecond: 4 }]);
  },
};
