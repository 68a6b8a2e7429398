import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { DatagramObservation } from '../../observation.ts';
import { FloodPeers } from '../flood-lane.ts';
import type { UdpFloodParameters } from './parameters.ts';
import { starvationFinding } from './report.ts';

/** Ticks over which requests must come: a rack that boots asks in a burst. */
const SPANS = 4;

/** Requests of DHCP clients, to whatever servers: what starves is the pool of addresses, not one host. */
export class DhcpRequests {
  readonly #spans: number[] = [];
  #requests = 0;
  #peers: FloodPeers | undefined;
  #server: Endpoint | undefined;
  #isManyServers = false;
  #sinceMs = Number.NaN;

  add(seen: DatagramObservation, local: Endpoint, remote: Endpoint): void {
    this.#requests += seen.delta.receivedPackets;
    this.#peers ??= new FloodPeers();
    this.#peers.add(remote.ip, seen.local.port, seen.delta.receivedPackets);
    this.#isManyServers ||= this.#server !== undefined && this.#server !== local;
    this.#server = local;
  }

  evaluate(nowMs: number, spanMs: number, p: UdpFloodParameters): Finding | undefined {
    if (this.#requests === 0 && this.#spans.length === 0) return undefined;
    const count = this.#requests;
    this.#spans.push((count * 1000) / spanMs);
    this.#requests = 0;
    if (this.#spans.length > SPANS) this.#spans.shift();
    const rate = this.#spans.reduce((sum, one) => sum + one, 0) / SPANS;
    const isOngoing = !Number.isNaN(this.#sinceMs);
    if (rate < p.dhcpRequestsPerSecond * (isOngoing ? p.offRatio : 1)) {
      this.#sinceMs = Number.NaN;
      if (rate === 0) this.#forget();
      return undefined;
    }
    if (!isOngoing) this.#sinceMs = nowMs;
    const server = this.#isManyServers ? null : (this.#server ?? null);
    return starvationFinding({ rate, count, windowMs: SPANS * 1000, sinceMs: this.#sinceMs, server }, this.#peers, p);
  }

  #forget(): void {
    this.#spans.length = 0;
    this.#peers = undefined;
    this.#server = undefined;
    this.#isManyServers = false;
  }
}
