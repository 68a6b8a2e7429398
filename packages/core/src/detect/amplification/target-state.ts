import type { Endpoint } from '../../endpoint.ts';
import { SpanCount } from '../../sketch/span-count.ts';
import { FloodPeers } from '../flood-lane.ts';
import type { FloodState } from '../flood-targets.ts';

/** A minute of spans: the longest window there may be. */
const SPANS = 60;
/** SYN-ACKs are repeated for a minute, and their senders are few: they are counted for five. */
const SYN_ACK_SPANS = 300;

/** Something that reflectors send (or are made to send), over a sliding window. */
export class Reflection {
  readonly packets: SpanCount;
  readonly bytes: SpanCount;
  /** What speaks against it: solicited responses, or RSTs. */
  readonly against: SpanCount;
  /** Peers and ports of this half minute, and of the one before. */
  peers = new FloodPeers();
  before: FloodPeers | undefined;
  sinceMs = Number.NaN;
  #rolls = 0;

  constructor(spans: number = SPANS) {
    this.packets = new SpanCount(spans);
    this.bytes = new SpanCount(spans);
    this.against = new SpanCount(spans);
  }

  add(packets: number, bytes: number, peer: string, port: number): void {
    this.packets.current += packets;
    this.bytes.current += bytes;
    this.peers.add(peer, port, packets);
  }

  get distinct(): number {
    return this.peers.distinctWith(this.before);
  }

  roll(): void {
    this.packets.roll();
    this.bytes.roll();
    this.against.roll();
    // In alarm the peers are those of the whole attack.
    if (++this.#rolls % 30 !== 0 || !Number.isNaN(this.sinceMs)) return;
    this.before = this.peers;
    this.peers = new FloodPeers();
  }

  get isIdle(): boolean {
    return this.packets.sum === 0 && this.packets.current === 0 && this.against.sum === 0;
  }
}

export type ReflectionName = 'listed' | 'unknown' | 'synAcks' | 'served';

/** What is kept of one workload: made when first needed, dropped when its windows are empty. */
export class AmplificationTarget implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  readonly reflections: { [K in ReflectionName]?: Reflection } = {};
  /** Whom a reflector of ours is used against; decided once. */
  victim: Endpoint | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return Object.values(this.reflections).some(({ sinceMs }) => !Number.isNaN(sinceMs));
  }

  reflection(name: ReflectionName): Reflection {
    let reflection = this.reflections[name];
    if (reflection === undefined) {
      reflection = new Reflection(name === 'synAcks' ? SYN_ACK_SPANS : SPANS);
      this.reflections[name] = reflection;
    }
    return reflection;
  }

  /** Ends a span; true while there is anything to look at. */
  roll(): boolean {
    let isIdle = true;
    for (const name of Object.keys(this.reflections) as ReflectionName[]) {
      const reflection = this.reflections[name];
      reflection?.roll();
      if (reflection?.isIdle) delete this.reflections[name];
      else isIdle = false;
    }
    return !isIdle;
  }
}
