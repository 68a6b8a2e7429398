import type { Twin } from '../twin.ts';

const SHIPPERS = ['shipper-a', 'shipper-b', 'shipper-c'];

/** Syslog and statsd: datagrams that nobody ever answers. */
export const logs: Twin = {
  id: 'logs',
  what: 'log shipping over UDP syslog to a collector inside and one outside, and statsd',
  pods: { collector: { ports: [514, 8125] }, ...Object.fromEntries(SHIPPERS.map((role) => [role, {}])) },
  hosts: { archive: 1 },
  serve: async (stage) => {
    await stage.run('collector', [{ kind: 'udp-sink', ports: [514, 8125] }]);
    await stage.run('archive', [{ kind: 'udp-sink', ports: [514] }]);
  },
  start: async (stage) => {
    const inside = { host: stage.ip('collector'), port: 514 };
    const statsd = { host: stage.ip('collector'), port: 8125 };
    const outside = { host: stage.ip('archive'), port: 514 };
    await Promise.all(
      SHIPPERS.map((role) =>
        stage.run(role, [
          { kind: 'udp-sender', targets: [inside, outside], perSecond: 100, bytes: 250 },
          { kind: 'udp-sender', targets: [statsd], perSecond: 200, bytes: 60 },
        ]),
      ),
    );
  },
};
