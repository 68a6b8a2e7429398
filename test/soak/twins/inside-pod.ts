import { makeCgroup } from '../../../packages/cli/src/lab/cgroup.ts';
import type { Twin } from '../twin.ts';

/** What enters a pod's own namespace: a port-forward of the node's, and a mesh's proxy with a cgroup of its own. */
export const insidePod: Twin = {
  id: 'inside-pod',
  what: 'port-forward by the node within a pod’s namespace, and a mesh proxy with redirect ports between two pods',
  pods: { console: { ports: [8080] }, meshed: { ports: [15006, 8080] } },
  serve: async (stage) => {
    await stage.run('console', [{ kind: 'http-server', ports: [8080], bytes: 2000 }]);
    await stage.run('meshed', [{ kind: 'http-server', ports: [8080, 15_001, 15_006], bytes: 2000 }]);
  },
  start: async (stage) => {
    const { node } = stage.cluster;
    const here = { host: '127.0.0.1', port: 8080 };
    const forwarded = { kind: 'http-client', targets: [here], perSecond: 4 } as const;
    await stage.runIn(stage.member('console'), 'port-forward', [forwarded], node.cgroupPath);
    const proxy = `${stage.cluster.lab.cgroupPath}/system.slice/mesh-proxy.service`;
    makeCgroup(proxy);
    const redirected = [15_001, 15_006].map((port) => ({ host: '127.0.0.1', port }));
    const out = [{ host: stage.ip('console'), port: 8080 }];
    const legs = [redirected, out].map((targets) => ({ kind: 'http-client', targets, perSecond: 4 }) as const);
    await stage.runIn(stage.member('meshed'), 'mesh-proxy', legs, proxy);
  },
};
