import type { Twin } from '../twin.ts';

const MB = 1_000_000;

/** Large downloads that were asked for, over TCP and as a stream of datagrams. */
export const transfers: Twin = {
  id: 'transfers',
  what: 'bulk downloads over TCP and a UDP stream that was asked for, from outside',
  pods: { builder: {}, player: {} },
  hosts: { mirror: 1, video: 1 },
  serve: async (stage) => {
    await stage.run('mirror', [{ kind: 'bulk-server', port: 443 }]);
    await stage.run('video', [{ kind: 'udp-stream-server', port: 443, perSecond: 1500, bytes: 1200 }]);
  },
  start: async (stage) => {
    const seconds = Math.min(15, stage.cycleSeconds / 3);
    const everySeconds = stage.cycleSeconds - seconds;
    await stage.run('builder', [
      {
        kind: 'bulk-client',
        host: stage.ip('mirror'),
        port: 443,
        direction: 'get',
        bytes: seconds * 6 * MB,
        bytesPerSecond: 6 * MB,
        everySeconds,
      },
    ]);
    await stage.run('player', [
      {
        kind: 'udp-stream-client',
        host: stage.ip('video'),
        port: 443,
        seconds,
        everySeconds: stage.cycleSeconds,
        ackEvery: 10,
      },
    ]);
  },
};
