import type { Twin } from '../twin.ts';

const PORT = 8080;

/** Many behind one address: an office outside, and the node itself for what comes in by a node port. */
export const sharedAddress: Twin = {
  id: 'shared-address',
  what: 'an office behind one NAT address, a tenth of whose attempts fail, and node-port traffic behind the node',
  pods: { portal: { ports: [PORT] }, portal2: { ports: [PORT] } },
  hosts: { office: 1 },
  serve: async (stage) => {
    for (const role of ['portal', 'portal2']) {
      await stage.run(role, [{ kind: 'http-server', ports: [PORT], bytes: 3000, afterMs: 5 }]);
    }
  },
  start: async (stage) => {
    const [portal, portal2] = [stage.ip('portal'), stage.ip('portal2')];
    const good = [portal, portal2].map((host) => ({ host, port: PORT }));
    const bad = [443, 8443].map((port) => ({ host: portal, port }));
    await stage.run('office', [
      { kind: 'http-client', targets: good, perSecond: 15 },
      { kind: 'http-client', targets: bad, perSecond: 1.5 },
    ]);
    // One backend behind the node port is gone.
    const targets = [...good, ...good, { host: stage.cluster.deadIp(), port: PORT }];
    await stage.runOnNode('node-port', [{ kind: 'http-client', targets, perSecond: 10 }]);
  },
};
