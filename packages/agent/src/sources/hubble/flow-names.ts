import { type Endpoint, Lru } from '@netguard/core';
import { AddressTable, type AddressTableOptions, API_SERVER_PORTS } from '../../identify/address-table.ts';
import { ClusterTable, type ClusterTableOptions } from '../../identify/cluster-table.ts';
import type { Identifier } from '../../identify/identifier.ts';
import { type IdentityChanges, type IdentityDelta, NO_CHANGES } from '../../identify/identity-changes.ts';
import type { IdentityFile } from '../../identify/identity-file.ts';
import { IdentityStore } from '../../identify/identity-store.ts';
import type { LocalSocket } from '../../identify/identity-table.ts';
import type { FlowEndpoint } from './messages.ts';
import { Owners } from './owners.ts';
import { type Told, toldEndpoint, toldOf } from './told-endpoint.ts';

/** Addresses of a large cluster and of who talks to it from outside; those not heard of for longest give way. */
const CAPACITY = 65_536;
const FORGET_EVERY_MS = 10_000;
const NODE: Endpoint = Object.freeze({ ip: '', kind: 'node' });

/** Who is said to be at an address, since when; and who was before. */
interface Claim {
  readonly told: Told;
  readonly endpoint: Endpoint;
  readonly fromMs: number;
  readonly before: Omit<Claim, 'before'> | undefined;
}

/**
 * Names as the flows themselves tell them, at the time of each; of an address that no flow named, what the API server or the
 * file of identities says.
 */
export class FlowNames implements Identifier {
  readonly cluster: ClusterTable;
  /** Who the file and the API server name. */
  readonly known = new IdentityStore();
  readonly unresolved = 0;
  readonly #addresses: AddressTable;
  readonly #claims = new Lru<string, Claim>(CAPACITY);
  readonly #owners = new Owners();
  #nowMs = Number.NEGATIVE_INFINITY;
  #forgotMs = Number.NEGATIVE_INFINITY;

  constructor(options: AddressTableOptions & ClusterTableOptions) {
    this.#addresses = new AddressTable(options);
    // Whatever node it is, its kubelet probes its own pods.
    this.cluster = new ClusterTable(options, (ip) => this.#claims.peek(ip)?.told.kind === 'host');
  }

  /** Takes what a flow says of one of its ends. `node` told of it. */
  learn(ip: string, end: FlowEndpoint | null | undefined, node: string, timeMs: number): void {
    if (timeMs > this.#nowMs) this.#nowMs = timeMs;
    if (!end) return;
    const told = toldOf(end, node);
    const known = this.#claims.get(ip);
    if (known !== undefined && (known.told.key === told.key || timeMs < known.fromMs || told.kind === 'unknown'))
      return;
    // Another node's host is a remote node to the one that tells; its own name is the better one.
    if (known?.told.kind === 'host' && told.kind === 'remote-node') return;
    const fallback = this.#addresses.find(ip, 0, timeMs);
    // The address says so itself: a flood of spoofed sources takes nobody's place.
    if (known === undefined && told.kind === 'world' && fallback.kind === 'world') return;
    const endpoint = toldEndpoint(ip, told, end, node, fallback);
    this.#claims.set(ip, { told, endpoint, fromMs: timeMs, before: known && withoutBefore(known) });
  }

  /** Whether the address belongs to the cluster: its end of a conversation is watched, one outside is not. */
  isWatched(ip: string, timeMs: number): boolean {
    const claim = this.#claimAt(ip, timeMs);
    if (claim !== undefined && claim.told.kind !== 'unknown') return claim.told.kind !== 'world';
    const { kind } = this.#addresses.find(ip, 0, timeMs);
    return kind === 'pod' || kind === 'node' || kind === 'kube-apiserver';
  }

  /** A number for an end, the same as long as its owner is heard of: stands where a cgroup's id does. */
  ownerId(endpoint: Endpoint, timeMs: number): number {
    return this.#owners.idOf(endpoint, timeMs);
  }

  /** Ids of owners that nothing was heard of for long. They are forgotten. */
  takeSilentOwners(nowMs: number): number[] {
    return this.#owners.takeSilent(nowMs);
  }

  local({ ip, port, timeMs }: LocalSocket): Endpoint {
    return this.remote(ip, port, timeMs);
  }

  remote(ip: string, port: number, timeMs: number): Endpoint {
    const claim = this.#claimAt(ip, timeMs);
    if (claim === undefined || claim.told.kind === 'unknown') return this.#addresses.find(ip, port, timeMs);
    if (claim.told.isNodeToo && port !== 0 && !API_SERVER_PORTS.has(port)) return Object.freeze({ ip, kind: 'node' });
    return claim.endpoint;
  }

  readonly nameAddress = (ip: string): Endpoint => this.remote(ip, 0, this.#nowMs);

  byCgroup(cgroupId: number): Endpoint {
    return this.#owners.find(cgroupId) ?? NODE;
  }

  byNetns(): Endpoint {
    return NODE;
  }

  byNetnsOrAddress(_netns: number, ip: string, timeMs: number): Endpoint {
    return this.remote(ip, 0, timeMs);
  }

  /** A name that the flow did not have will not come later. */
  isResolved(): boolean {
    return true;
  }

  onCgroupEvent(): void {}

  setIdentities(identities: IdentityFile | null, atMs: number): void {
    this.#apply(this.known.replaceFile(identities), atMs);
  }

  changeIdentities(delta: IdentityDelta, atMs: number): void {
    this.#apply(this.known.apply(delta), atMs);
  }

  advance(nowMs: number): void {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    if (nowMs - this.#forgotMs < FORGET_EVERY_MS) return;
    this.#forgotMs = nowMs;
    this.#apply(NO_CHANGES, nowMs);
  }

  get tables() {
    return [
      { name: 'flow_names', entries: this.#claims.size, capacity: CAPACITY, evicted: this.#claims.evicted },
      { name: 'addresses', ...this.#addresses.state },
      { name: 'owners', ...this.#owners.state },
    ];
  }

  #apply(changes: IdentityChanges, atMs: number): void {
    this.#addresses.apply(changes, atMs);
    this.cluster.apply(changes, atMs);
  }

  #claimAt(ip: string, timeMs: number): Omit<Claim, 'before'> | undefined {
    const claim = this.#claims.peek(ip);
    if (claim === undefined || timeMs >= claim.fromMs || claim.before === undefined) return claim;
    return claim.before;
  }
}

/** One claim back is enough, and a chain of them would never end. */
function withoutBefore({ told, endpoint, fromMs }: Claim): Omit<Claim, 'before'> {
  return { told, endpoint, fromMs };
}
