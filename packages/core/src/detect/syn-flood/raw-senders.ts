import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { DatagramObservation } from '../../observation.ts';
import { SpanCount } from '../../sketch/span-count.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import { FloodPeers } from '../flood-lane.ts';
import { type FloodState, FloodTargets } from '../flood-targets.ts';
import type { SynFloodParameters } from './parameters.ts';

const CAPACITY = 512;
/** Five minutes of spans. */
const SPANS = 300;
const NOW_SPANS = 2;

/** A workload that sends TCP through a raw socket. */
export class RawSender implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  readonly packets = new SpanCount(SPANS);
  peers = new FloodPeers();
  alarm: { readonly sinceMs: number; readonly target: Endpoint } | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.alarm !== undefined;
  }

  /** Packets a second now. */
  get rate(): number {
    return this.packets.last(NOW_SPANS) / NOW_SPANS;
  }
}

/**
 * TCP from raw sockets. The kernel keeps it by sender and target, without ports and with no source, as that may be forged
 * (packet_count.h): so what many packets say is that they are more than any scan of all ports needs.
 */
export class RawSenders {
  readonly #context: DetectorContext;
  readonly #senders = new FloodTargets<RawSender>(CAPACITY, (key, endpoint) => new RawSender(key, endpoint));
  /** By target workload: who sends to it now. */
  readonly #toward = new Map<string, RawSender>();

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  observe(seen: DatagramObservation, local: Endpoint): void {
    if (!isRawTcp(seen)) return;
    const sender = this.#senders.touch(local);
    sender.packets.current += seen.delta.sentPackets;
    sender.peers.add(seen.remote.ip, 0, seen.delta.sentPackets);
  }

  /** Calls `each` for every workload that floods. */
  evaluate(nowMs: number, p: SynFloodParameters, each: (sender: RawSender) => void): void {
    this.#toward.clear();
    this.#senders.evaluate((sender) => {
      sender.packets.roll();
      const loudest = sender.peers.loudest;
      if (sender.packets.sum === 0 || loudest === undefined) {
        sender.alarm = undefined;
        sender.peers = new FloodPeers();
        return false;
      }
      const target = sender.alarm?.target ?? this.#context.cluster.behind(this.#context.nameAddress(loudest.ip));
      const key = workloadKey(target);
      if (sender.rate > 0 && sender.rate > (this.#toward.get(key)?.rate ?? 0)) this.#toward.set(key, sender);
      const isGoingOn = sender.rate > 0 && loudest.share >= 0.5;
      if (isGoingOn && sender.packets.sum * loudest.share >= p.rawPackets) {
        sender.alarm ??= { sinceMs: nowMs, target };
        each(sender);
      } else {
        sender.alarm = undefined;
      }
      return true;
    });
  }

  /** Who of ours sends raw TCP to this workload now, most of all. */
  toward(target: Endpoint): RawSender | undefined {
    return this.#toward.size === 0 ? undefined : this.#toward.get(workloadKey(target));
  }

  /** Who sends most of a flood of `rate` at this workload, other than the node as a whole. */
  behind(target: Endpoint, rate: number): Endpoint | undefined {
    const sender = this.toward(target);
    if (sender === undefined || sender.endpoint.kind === 'node' || sender.rate * 2 < rate) return undefined;
    return { ...sender.endpoint, ip: '' };
  }

  get state(): TableState {
    return this.#senders.state;
  }
}

/** TCP of a raw socket leaves with its source taken out: protocol and ports are not told of it. */
export function isRawTcp(seen: DatagramObservation): boolean {
  const { protocol, local, delta } = seen;
  return protocol === 'OTHER' && delta.sentPackets > 0 && (local.ip === '0.0.0.0' || local.ip === '::');
}
