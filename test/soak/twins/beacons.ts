import type { Activity } from '../programs/activity.ts';
import type { Twin } from '../twin.ts';

const OPERATORS = ['scheduler', 'controller', 'ingress-operator', 'cert-operator'];

/** What keeps a perfect rhythm and is meant to: leases, telemetry, a licence check. */
export const beacons: Twin = {
  id: 'beacons',
  what: 'lease renewals at the API server, telemetry pushes and a licence check to addresses outside, like clockwork',
  pods: { ...Object.fromEntries(OPERATORS.map((role) => [role, {}])), licensed: {} },
  hosts: { 'api-server': 1, telemetry: 1, licences: 1 },
  serve: async (stage) => {
    for (const role of ['api-server', 'telemetry', 'licences']) {
      await stage.run(role, [{ kind: 'http-server', ports: [443], bytes: 300 }]);
    }
  },
  start: async (stage) => {
    const push = (role: string, perSecond: number, keepAlive: boolean): Activity => ({
      kind: 'http-client',
      targets: [{ host: stage.ip(role), port: 443 }],
      perSecond,
      keepAlive,
      body: 600,
    });
    await Promise.all([
      ...OPERATORS.map((role) => stage.run(role, [push('api-server', 0.5, true), push('telemetry', 0.1, false)])),
      stage.run('licensed', [push('licences', 0.1, false)]),
    ]);
  },
};
