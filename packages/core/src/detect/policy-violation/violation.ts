import type { Endpoint } from '../../endpoint.ts';
import type { AccessDenial, AccessProtocol } from '../../policy/access.ts';
import { HyperLogLog } from '../../sketch/hyper-log-log.ts';
import { SpaceSaving } from '../../sketch/space-saving.ts';

const PORTS_REMEMBERED = 16;
const ADDRESSES_REMEMBERED = 16;

/** Addresses of the world at one end. They are one finding, however many there are. */
class WorldEnd {
  readonly distinct = new HyperLogLog();
  readonly top = new SpaceSaving(ADDRESSES_REMEMBERED);

  add(ip: string): void {
    this.distinct.add(ip);
    this.top.add(ip);
  }
}

/** What one workload does to another although no policy allows it. */
export class Violation {
  readonly key: string;
  /** Null: addresses of the world. */
  readonly source: Endpoint | null;
  readonly target: Endpoint | null;
  /** Of the first connection that came about; until then of the first attempt. */
  denial: AccessDenial;
  readonly sinceMs: number;
  lastMs: number;
  /** Observations since the last finding. */
  unreported = 0;
  /** Both ends may tell of the same connections: the one that saw more is right. */
  readonly #established = { client: 0, server: 0 };
  #attempts = 0;
  #attemptsSinceMs: number;
  readonly #ports = new Map<string, number>();
  #world: WorldEnd | undefined;

  constructor(key: string, source: Endpoint | null, target: Endpoint | null, denial: AccessDenial, timeMs: number) {
    this.key = key;
    this.source = source;
    this.target = target;
    this.denial = denial;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
    this.#attemptsSinceMs = timeMs;
  }

  establish(
    reporter: 'client' | 'server',
    denial: AccessDenial,
    protocol: AccessProtocol,
    port: number,
    timeMs: number,
  ) {
    if (this.established === 0) this.denial = denial;
    this.#established[reporter]++;
    this.#touch(protocol, port, timeMs);
  }

  /** Attempts are counted within `windowMs` of the first of them. */
  attempt(protocol: AccessProtocol, port: number, timeMs: number, windowMs: number): void {
    if (timeMs - this.#attemptsSinceMs > windowMs) {
      this.#attempts = 0;
      this.#attemptsSinceMs = timeMs;
    }
    this.#attempts++;
    this.#touch(protocol, port, timeMs);
  }

  /** Another address of the world at this end. */
  addWorld(ip: string): void {
    this.#world ??= new WorldEnd();
    this.#world.add(ip);
  }

  get worldAddresses(): { readonly distinctEstimate: number; readonly top: readonly { ip: string; count: number }[] } {
    const top = this.#world?.top.top(10) ?? [];
    return {
      distinctEstimate: this.#world?.distinct.estimate() ?? 0,
      top: top.map(({ key, count }) => ({ ip: key, count })),
    };
  }

  get established(): number {
    return Math.max(this.#established.client, this.#established.server);
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** `TCP 5432`, the most used first. */
  topPorts(limit: number): { readonly port: string; readonly count: number }[] {
    return [...this.#ports]
      .map(([port, count]) => ({ port, count }))
      .sort((a, b) => b.count - a.count || (a.port < b.port ? -1 : 1))
      .slice(0, limit);
  }

  #touch(protocol: AccessProtocol, port: number, timeMs: number): void {
    this.lastMs = Math.max(this.lastMs, timeMs);
    this.unreported++;
    const name = `${protocol} ${port}`;
    const count = this.#ports.get(name);
    if (count !== undefined || this.#ports.size < PORTS_REMEMBERED) this.#ports.set(name, (count ?? 0) + 1);
  }
}
