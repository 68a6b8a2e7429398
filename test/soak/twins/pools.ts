import type { Twin } from '../twin.ts';

/** Connections that are there and do next to nothing: pools inside, web sockets from outside. */
export const pools: Twin = {
  id: 'pools',
  what: 'long idle pools of connections from a pod, and web sockets of people outside',
  pods: { backend: { ports: [5432, 8080] }, frontend: {} },
  hosts: { people: 40 },
  serve: async (stage) => {
    await stage.run('backend', [{ kind: 'tcp-server', ports: [5432, 8080], greeting: 'R', answer: 60 }]);
  },
  start: async (stage) => {
    const host = stage.ip('backend');
    await stage.run('frontend', [{ kind: 'idle-pool', host, port: 5432, count: 150, everySeconds: 45 }]);
    await stage.run('people', [{ kind: 'idle-pool', host, port: 8080, count: 60, everySeconds: 25 }]);
  },
};
