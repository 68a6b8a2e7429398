import type { Twin } from '../twin.ts';

const PORT = 5432;
const CLIENTS = ['invoices', 'ledger', 'reports', 'audit', 'exports', 'imports'];

/** A database that is away for a while, and six workloads that do not stop trying: `target-down`, low, and nothing else. */
export const outage: Twin = {
  id: 'outage',
  what: 'a database that is down for a fifth of each cycle while six workloads retry',
  pods: { 'main-db': { ports: [PORT] }, ...Object.fromEntries(CLIENTS.map((role) => [role, {}])) },
  serve: async (stage) => {
    const everySeconds = stage.cycleSeconds;
    const away = { seconds: everySeconds / 5, everySeconds, afterSeconds: everySeconds / 2 };
    await stage.run('main-db', [{ kind: 'tcp-server', ports: [PORT], greeting: 'R', answer: 200, away }]);
  },
  start: async (stage) => {
    const session = { kind: 'sessions', host: stage.ip('main-db'), port: PORT, exchanges: [2, 5], bytes: 90 } as const;
    await Promise.all(CLIENTS.map((role) => stage.run(role, [{ ...session, perSecond: 1 }])));
  },
};
