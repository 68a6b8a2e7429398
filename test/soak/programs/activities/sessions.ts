import { connect } from 'node:net';
import type { Start } from '../activity.ts';
import { anyOf, atRate, type Burst, between } from '../pace.ts';

/** Sessions at a login or database service: waits for the greeting, has some exchanges, and says goodbye. */
export interface Sessions {
  readonly kind: 'sessions';
  readonly host: string;
  readonly port: number;
  readonly perSecond: number;
  /** How many messages a session has, one of these. */
  readonly exchanges: readonly number[];
  /** Bytes of a message: up to twice as many. */
  readonly bytes: number;
  readonly burst?: Burst;
}

const PATIENCE_MS = 5000;

export const start: Start<Sessions> = ({ host, port, perSecond, exchanges, bytes, burst }, work) => {
  atRate(
    perSecond,
    () => {
      let left = anyOf(exchanges);
      const socket = connect({ host, port, noDelay: true });
      socket.setTimeout(PATIENCE_MS, () => socket.destroy());
      socket.on('data', () => {
        if (left > 0) socket.write(Buffer.alloc(between(bytes, 2 * bytes), 'query '));
        else socket.end();
        left -= 1;
      });
      let failed = false;
      socket.on('error', () => {
        failed = true;
      });
      socket.on('close', () => {
        if (failed) work.failed += 1;
        else work.done += 1;
      });
    },
    burst,
  );
};
