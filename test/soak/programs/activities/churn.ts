import { connect } from 'node:net';
import type { Start } from '../activity.ts';
import { atRate, type Burst } from '../pace.ts';

/** A new connection each time: says some bytes and reads to the end; with 0 bytes it closes at once, as a health check does. */
export interface Churn {
  readonly kind: 'churn';
  readonly targets: readonly { readonly host: string; readonly port: number }[];
  readonly perSecond: number;
  readonly bytes: number;
  /** Taken in turn. */
  readonly localAddresses?: readonly string[];
  readonly burst?: Burst;
}

const PATIENCE_MS = 5000;
const MAX_OPEN = 300;

export const start: Start<Churn> = ({ targets, perSecond, bytes, localAddresses = [], burst }, work) => {
  const message = Buffer.alloc(bytes, 'hello ');
  let turn = 0;
  let open = 0;
  atRate(
    perSecond,
    () => {
      const target = targets[turn % targets.length];
      const localAddress = localAddresses[turn % Math.max(1, localAddresses.length)];
      turn += 1;
      if (target === undefined || open >= MAX_OPEN) return;
      open += 1;
      let connected = false;
      const socket = connect({ ...target, ...(localAddress === undefined ? undefined : { localAddress }) }, () => {
        connected = true;
        if (bytes === 0) socket.end();
        else socket.write(message);
      });
      socket.setTimeout(PATIENCE_MS, () => socket.destroy());
      socket.on('data', () => socket.end());
      socket.on('error', () => {});
      socket.on('close', () => {
        open -= 1;
        if (connected) work.done += 1;
        else work.failed += 1;
      });
    },
    burst,
  );
};
