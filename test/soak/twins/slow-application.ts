import type { Twin } from '../twin.ts';

const PORT = 8080;

/** An application that accepts ten connections a second from a queue of eight, and clients that bring twenty now and then. */
export const slowApplication: Twin = {
  id: 'slow-app',
  what: 'a slow application behind a full backlog, with clients inside and outside that retry',
  pods: { legacy: { ports: [PORT] }, 'client-a': {}, 'client-b': {} },
  hosts: { people: 30 },
  serve: async (stage) => {
    await stage.run('legacy', [{ kind: 'tcp-server', ports: [PORT], answer: 500, backlog: 8, acceptMs: 100 }]);
  },
  start: async (stage) => {
    const everySeconds = stage.cycleSeconds;
    const targets = [{ host: stage.ip('legacy'), port: PORT }];
    const visit = { kind: 'churn', targets, bytes: 200 } as const;
    const burst = { seconds: Math.min(8, everySeconds / 4), everySeconds };
    for (const role of ['client-a', 'client-b']) {
      await stage.run(role, [
        { ...visit, perSecond: 1 },
        { ...visit, perSecond: 8, burst },
      ]);
    }
    await stage.run('people', [{ ...visit, perSecond: 30, burst, localAddresses: stage.member('people').ips }]);
  },
};
