import type { Twin } from '../twin.ts';
import { statefulSet } from '../twin.ts';

const MEMBERS = ['ring-0', 'ring-1', 'ring-2', 'ring-3', 'ring-4'];
const PORT = 7946;

/** A mesh that has not noticed yet that two of its members are gone: one with its node, one with its process only. */
export const gossip: Twin = {
  id: 'gossip',
  what: 'a gossip mesh (UDP and TCP 7946) with a member that vanished and one whose process is down',
  pods: Object.fromEntries(
    [...MEMBERS, 'ring-5'].map((role) => [role, { workload: statefulSet('ring'), ports: [PORT] }]),
  ),
  serve: async (stage) => {
    const vanished = stage.cluster.deadIp();
    const all = [...MEMBERS, 'ring-5'].map((role) => stage.ip(role));
    await Promise.all(
      MEMBERS.map((role) => {
        const members = [...all.filter((ip) => ip !== stage.ip(role)), vanished];
        return stage.run(role, [{ kind: 'gossip', port: PORT, members, pingsPerSecond: 5, exchangesPerSecond: 0.3 }]);
      }),
    );
  },
};
