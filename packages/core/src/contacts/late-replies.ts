import type { Endpoint } from '../endpoint.ts';
import { PairCounts, pairHash } from './pair-counts.ts';

/** How long after a conversation its late segments and datagrams are no probes (kubernetes-rules: late replies). */
const LATE_MS = 120_000;
/** Linux gives clients ports from here on (ip_local_port_range). */
const EPHEMERAL_FROM = 32_768;

const TCP_CLIENT = 1;
const TCP_SERVER = 2;
const UDP_CLIENT = 3;
const TO_SERVICES = 4;

/**
 * The kernel folds packets without a socket by source and target, so a late reply cannot be told by its 5-tuple. Instead the
 * target's conversations with that very source in the last two to four minutes are counted: late replies reach as many ports
 * of it and no more. Bare SYNs and impossible flags are never replies. No port exempts, least of all a source port.
 */
export class LateReplies {
  readonly #conversations = new PairCounts(LATE_MS);

  noteConnection(local: string, remote: string, isClient: boolean, toService: boolean, timeMs: number): void {
    this.#conversations.add(pairHash(local, remote, isClient ? TCP_CLIENT : TCP_SERVER), 1, timeMs);
    if (toService) this.#conversations.add(pairHash(local, '', TO_SERVICES), 1, timeMs);
  }

  noteDatagrams(local: string, remote: string, toService: boolean, timeMs: number): void {
    this.#conversations.add(pairHash(local, remote, UDP_CLIENT), 1, timeMs);
    if (toService) this.#conversations.add(pairHash(local, '', TO_SERVICES), 1, timeMs);
  }

  /** Ports of the target that late segments of the source may reach. */
  tcpPorts(targetIp: string, sourceIp: string, timeMs: number): number {
    return this.#conversations.count(pairHash(targetIp, sourceIp, TCP_CLIENT), timeMs);
  }

  /** Ports of the target that late datagrams of the source may reach. */
  udpPorts(targetIp: string, sourceIp: string, timeMs: number): number {
    return this.#conversations.count(pairHash(targetIp, sourceIp, UDP_CLIENT), timeMs);
  }

  /**
   * When a service loses an endpoint its translation goes with it: then a pod's late replies bear the pod's own address and
   * not the service's. So they may come from any pod, but to a client's ports only.
   */
  servicePorts(targetIp: string, source: Endpoint, port: number, timeMs: number): number {
    if (source.kind !== 'pod' || port < EPHEMERAL_FROM) return 0;
    return this.#conversations.count(pairHash(targetIp, '', TO_SERVICES), timeMs);
  }

  /** Connections between the two, whoever opened them: as many RSTs, and some more, may be late. */
  connections(a: string, b: string, timeMs: number): number {
    const opened = this.#conversations.count(pairHash(a, b, TCP_CLIENT), timeMs);
    return opened + this.#conversations.count(pairHash(a, b, TCP_SERVER), timeMs);
  }
}
