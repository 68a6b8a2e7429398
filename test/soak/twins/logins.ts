import type { Twin } from '../twin.ts';

/** Short sessions at services where logins are made. */
export const logins: Twin = {
  id: 'logins',
  what: 'configuration runs over SSH, SSH and MySQL checks like clockwork, a page a MySQL connection, reconnecting pools',
  pods: { host: { ports: [22] }, database: { ports: [3306] }, ansible: {}, checker: {}, php: {}, 'app-pool': {} },
  serve: async (stage) => {
    const ssh = 'SSH-2.0-OpenSSH_9.6\r\n';
    await stage.run('host', [{ kind: 'tcp-server', ports: [22], greeting: ssh, answer: 700 }]);
    const mysql = 'J\0\0\0\n8.4.0\0'.padEnd(78, 'm');
    await stage.run('database', [{ kind: 'tcp-server', ports: [3306], greeting: mysql, answer: 300 }]);
  },
  start: async (stage) => {
    const ssh = { kind: 'sessions', host: stage.ip('host'), port: 22 } as const;
    const mysql = { kind: 'sessions', host: stage.ip('database'), port: 3306 } as const;
    const everySeconds = stage.cycleSeconds;
    const run = { seconds: everySeconds / 4, everySeconds };
    await stage.run('ansible', [{ ...ssh, perSecond: 1, exchanges: [6, 9, 14, 22], bytes: 400, burst: run }]);
    await stage.run('checker', [
      { ...ssh, perSecond: 0.1, exchanges: [1], bytes: 20 },
      { ...mysql, perSecond: 0.5, exchanges: [1], bytes: 40 },
    ]);
    await stage.run('php', [{ ...mysql, perSecond: 5, exchanges: [2, 3, 5, 12], bytes: 120 }]);
    const refill = { seconds: 1, everySeconds: Math.max(10, everySeconds / 4) };
    await stage.run('app-pool', [
      { ...mysql, perSecond: 20, exchanges: [2, 4], bytes: 200, burst: refill },
      { kind: 'idle-pool', host: stage.ip('database'), port: 3306, count: 20, everySeconds: 5 },
    ]);
  },
};
