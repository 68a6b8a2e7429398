import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { nodeAddresses } from './identify/node-addresses.ts';

/** A bridge comes with the first pod of a node, and its kubelet probes from there at once. */
const LOOK_MS = 5000;
/** Where reading them takes long, it is done so much more seldom. */
const SHARE = 1000;

/** Follows the addresses of this node's interfaces. Nothing tells of changes, so they are looked at. */
export class DaemonNodeAddresses {
  readonly #read: () => readonly string[];
  #last: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(read: () => readonly string[] = nodeAddresses) {
    this.#read = read;
  }

  /** `onChange` hears of all addresses whenever they are others than at the start or the last time. */
  start(onChange: (addresses: readonly string[]) => void, lookMs = LOOK_MS): void {
    this.#last = this.#read();
    const look = () => {
      const beganMs = performance.now();
      const addresses = this.#read();
      if (!isDeepStrictEqual(addresses, this.#last)) {
        this.#last = addresses;
        onChange(addresses);
      }
      const tookMs = performance.now() - beganMs;
      this.#timer = setTimeout(look, Math.max(lookMs, tookMs * SHARE)).unref();
    };
    this.#timer = setTimeout(look, lookMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
