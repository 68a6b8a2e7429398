import type { Twin } from '../twin.ts';

const PROBED = { ports: [8080], probes: [22, 3306, 8080] };

/** Health probes of the kubelet, also at login ports, and a load balancer that only looks whether somebody is there. */
export const probes: Twin = {
  id: 'probes',
  what: 'kubelet probes, tcpSocket on 22 and 3306 too, and half-open-like checks of a load balancer outside',
  pods: { bastion: PROBED, mysql: PROBED },
  hosts: { 'load-balancer': 1 },
  serve: async (stage) => {
    for (const role of ['bastion', 'mysql']) {
      await stage.run(role, [
        { kind: 'tcp-server', ports: [22, 3306], greeting: 'hello\n', answer: 40 },
        { kind: 'http-server', ports: [8080], bytes: 20 },
      ]);
    }
  },
  start: async (stage) => {
    const hosts = ['bastion', 'mysql'].map((role) => stage.ip(role));
    const at = (...ports: number[]) => hosts.flatMap((host) => ports.map((port) => ({ host, port })));
    await stage.runOnNode('kubelet', [
      { kind: 'churn', targets: at(22, 3306), perSecond: 1, bytes: 0 },
      { kind: 'http-client', targets: at(8080), perSecond: 1 },
    ]);
    await stage.run('load-balancer', [{ kind: 'churn', targets: at(8080), perSecond: 3, bytes: 0 }]);
  },
};
