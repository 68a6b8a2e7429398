import { HyperLogLog } from '../sketch/hyper-log-log.ts';
import { type Heavy, SpaceSaving } from '../sketch/space-saving.ts';

const PEERS_HELD = 32;
const PORTS_HELD = 16;

/** Who takes part in a flood: filled only from the moment it may be one, so that ordinary traffic costs two additions. */
export class FloodPeers {
  readonly #peers = new SpaceSaving(PEERS_HELD);
  readonly #ports = new SpaceSaving(PORTS_HELD);
  readonly #distinct = new HyperLogLog();
  #packets = 0;
  #last = '';
  #portOnly = -1;
  #portRun = 0;

  /** @param port 0 where none is known. */
  add(peer: string, port: number, packets: number): void {
    this.#packets += packets;
    this.#peers.add(peer, packets);
    if (peer !== this.#last) {
      this.#last = peer;
      this.#distinct.add(peer);
    }
    // Most floods are at one port: runs of it are added at once.
    if (port === this.#portOnly) {
      this.#portRun += packets;
      return;
    }
    this.#addRun();
    this.#portOnly = port;
    this.#portRun = packets;
  }

  get packets(): number {
    return this.#packets;
  }

  get distinct(): number {
    return this.#distinct.estimate();
  }

  /** Distinct peers of both. */
  distinctWith(other: FloodPeers | undefined): number {
    return this.#distinct.estimate(other === undefined ? undefined : other.#distinct);
  }

  /** The port that most packets had, and their share. */
  get mainPort(): { readonly port: number; readonly share: number } {
    this.#addRun();
    const first = this.#ports.top(1)[0];
    if (first === undefined || this.#packets === 0) return { port: 0, share: 0 };
    return { port: Number(first.key), share: (first.count - first.error) / this.#packets };
  }

  top(limit: number): Heavy[] {
    return this.#peers.top(limit);
  }

  /** Ports by packets, heaviest first. */
  ports(limit: number): number[] {
    this.#addRun();
    return this.#ports
      .top(limit)
      .map(({ key }) => Number(key))
      .filter((port) => port > 0);
  }

  /** The loudest peer and the share of all packets that are surely its own. */
  get loudest(): { readonly ip: string; readonly share: number } | undefined {
    const first = this.#peers.top(1)[0];
    if (first === undefined || this.#packets === 0) return undefined;
    return { ip: first.key, share: (first.count - first.error) / this.#packets };
  }

  #addRun(): void {
    if (this.#portRun > 0) this.#ports.add(String(this.#portOnly), this.#portRun);
    this.#portRun = 0;
  }
}

/** One direction of packets to (or from) one workload: what came since the last roll, and the rate of that time. */
export class FloodLane {
  packets = 0;
  bytes = 0;
  /** Per second, of the time before the last roll. */
  rate = 0;
  byteRate = 0;
  /** Packets of the last roll, for `count`. */
  rolled = 0;
  peers: FloodPeers | undefined;
  #peersBefore: FloodPeers | undefined;

  /** Counts packets; names their peer when there are more than `suspicion` since the last roll, or an alarm goes on. */
  add(packets: number, bytes: number, peer: string, port: number, suspicion: number): void {
    this.packets += packets;
    this.bytes += bytes;
    if (this.peers !== undefined) this.peers.add(peer, port, packets);
    else if (this.packets > suspicion) {
      this.peers = new FloodPeers();
      this.peers.add(peer, port, packets);
    }
  }

  /** Ends a span: sets the rates, starts counting anew. */
  roll(spanMs: number): void {
    this.rolled = Math.max(0, this.packets);
    this.rate = (this.rolled * 1000) / spanMs;
    this.byteRate = (Math.max(0, this.bytes) * 1000) / spanMs;
    this.packets = 0;
    this.bytes = 0;
  }

  /** Who took part in the last span, or in the one before it where nobody was told of: a flood fills the kernel's table at once. */
  get latestPeers(): FloodPeers | undefined {
    return this.peers ?? this.#peersBefore;
  }

  /** Names peers anew from the next span on. */
  renewPeers(): void {
    this.#peersBefore = this.peers;
    this.peers = undefined;
  }

  get isIdle(): boolean {
    return this.packets === 0 && this.rate === 0;
  }
}
