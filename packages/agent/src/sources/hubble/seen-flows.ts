import type { FlowMessage } from './messages.ts';
import { toNumber } from './messages.ts';

/** Keys held in each of two generations: some seconds of a busy cluster. */
const MOST = 100_000;
const GENERATION_MS = 5000;

/** Flows of the last seconds, so that what is asked for again after a break is not counted twice. */
export class SeenFlows {
  #young = new Set<string>();
  #old = new Set<string>();
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** Notes the flow; true when it was there already. */
  has(key: string, timeMs: number): boolean {
    if (timeMs - this.#sinceMs > GENERATION_MS || this.#young.size >= MOST) {
      this.#old = this.#young;
      this.#young = new Set();
      this.#sinceMs = timeMs;
    }
    if (this.#young.has(key) || this.#old.has(key)) return true;
    this.#young.add(key);
    return false;
  }
}

/** What tells a flow from any other: its own id in new versions, else all that it says. */
export function flowKey(flow: FlowMessage, node: string): string {
  if (flow.uuid) return flow.uuid;
  const { time, ip, l4, tracePoint, trafficDirection, eventType } = flow;
  const { tcp, udp, sctp } = l4 ?? {};
  const ports = tcp ?? udp ?? sctp;
  const { fin, syn, rst, psh, ack } = tcp?.flags ?? {};
  return [
    node,
    toNumber(time?.seconds),
    time?.nanos ?? 0,
    ip?.source,
    ip?.destination,
    ports?.sourcePort,
    ports?.destinationPort,
    (fin ? 1 : 0) | (syn ? 2 : 0) | (rst ? 4 : 0) | (psh ? 8 : 0) | (ack ? 16 : 0),
    tracePoint,
    trafficDirection,
    eventType?.type,
  ].join('|');
}
