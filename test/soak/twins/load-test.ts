import type { Twin } from '../twin.ts';

const PORT = 8080;

/** A load generator without keep-alive. */
export const loadTest: Twin = {
  id: 'load-test',
  what: 'a load generator in a pod with 150 new connections a second for a third of each cycle',
  pods: { generator: {}, service: { ports: [PORT] } },
  serve: async (stage) => {
    await stage.run('service', [{ kind: 'tcp-server', ports: [PORT], answer: 400 }]);
  },
  start: async (stage) => {
    const everySeconds = stage.cycleSeconds;
    const targets = [{ host: stage.ip('service'), port: PORT }];
    const burst = { seconds: Math.min(60, everySeconds / 3), everySeconds };
    await stage.run('generator', [{ kind: 'churn', targets, perSecond: 150, bytes: 200, burst }]);
  },
};
