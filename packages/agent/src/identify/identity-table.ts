/**
 * Who stands at the ends of an observation. Used for every record in the Worker: one or two map look-ups, no I/O on a
 * known subject, and the same frozen Endpoint for the same subject and address until its name changes.
 */
import { type Endpoint, isLoopbackAddress } from '@netguard/core';
import { AddressTable, type AddressTableOptions, nodeEndpoint, podEndpoint } from './address-table.ts';
import type { CgroupOwner } from './cgroup-path.ts';
import { type CgroupEvent, CgroupTable } from './cgroup-table.ts';
import type { CgroupDirectory } from './cgroup-tree.ts';
import { ClusterTable, type ClusterTableOptions } from './cluster-table.ts';
import { type IdentityChanges, type IdentityDelta, NO_CHANGES } from './identity-changes.ts';
import type { IdentityFile } from './identity-file.ts';
import { IdentityStore } from './identity-store.ts';
import { NetnsTable } from './netns-table.ts';
import { PodTable } from './pod-table.ts';
import { ProcessEndpoints } from './process-endpoints.ts';
import { ProcessTable } from './process-table.ts';
import { Subject } from './subject.ts';

/* As long as the cgroup of a pod is kept after its removal (trap 29). */
const KEEP_NAME_MS = 600_000;
const OWNERS_LIMIT = 16_384;
const FORGET_EVERY_MS = 10_000;

export interface IdentityTableOptions extends AddressTableOptions, ClusterTableOptions {
  readonly walk: () => Iterator<CgroupDirectory>;
  /** Inode of the host's network namespace; undefined where it cannot be known. */
  readonly hostNetns: number | undefined;
  readonly processes?: ProcessTable;
}

export interface LocalSocket {
  readonly cgroupId: number;
  /** 0: not known (datagrams). */
  readonly netns: number;
  readonly ip: string;
  readonly port: number;
  /** 0 and empty: not known. */
  readonly pid: number;
  readonly comm: string;
  readonly timeMs: number;
}

export class IdentityTable {
  /** What is known of the cluster beside names, from the same snapshots. */
  readonly cluster: ClusterTable;
  /** Who is who, as it was told. */
  readonly known: IdentityStore;
  readonly #addresses: AddressTable;
  readonly #cgroups: CgroupTable;
  readonly #netns = new NetnsTable();
  readonly #pods = new PodTable();
  readonly #processes: ProcessEndpoints;
  readonly #hostNetns: number | undefined;
  readonly #node: Subject;
  /* By cgroup id; by owner (`pod:<uid>`), for whole namespaces; by both, for sockets of one in the namespace of another. */
  readonly #subjects = new Map<number, Subject>();
  readonly #owners = new Map<string, Subject>();
  #hasIdentities = false;
  #forgotMs = Number.NEGATIVE_INFINITY;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(options: IdentityTableOptions) {
    this.#addresses = new AddressTable(options);
    this.cluster = new ClusterTable(options, (ip) => this.#addresses.isOwnNode(ip));
    this.known = new IdentityStore(options.nodeName);
    this.#hostNetns = options.hostNetns;
    const address = options.nodeAddresses.find((ip) => !isLoopbackAddress(ip)) ?? '';
    this.#node = new Subject('host', 'host', nodeEndpoint(address, options.nodeName));
    this.#processes = new ProcessEndpoints(options.processes ?? new ProcessTable(), this.#node);
    this.#cgroups = new CgroupTable({ walk: options.walk, onChange: (id) => this.#subjects.delete(id) });
  }

  /** Reads the whole cgroup tree. Once, after the mkdir and rmdir programs are attached. */
  walkCgroups(nowMs: number): void {
    this.#cgroups.walkAll(nowMs);
  }

  /** The owner of a socket of this host: pod, container, unit, else process. */
  local(socket: LocalSocket): Endpoint {
    const { cgroupId, netns, ip, timeMs } = socket;
    if (timeMs > this.#nowMs) this.#nowMs = timeMs;
    const subject = this.#subject(cgroupId, timeMs);
    if (netns !== 0 && netns !== this.#hostNetns) {
      if (subject.lastNetns !== netns) {
        subject.lastNetns = netns;
        this.#learn(netns, subject, ip, timeMs);
      }
      const owner = this.#netns.owner(netns, timeMs);
      if (owner !== undefined && owner !== subject.key && !this.#netns.wasOwner(netns, subject.key)) {
        return subject.guestOf(this.#owner(owner)).endpoint(ip);
      }
    }
    return subject === this.#node ? this.#process(socket) : subject.endpoint(ip);
  }

  /** Who was at an address at the time of the event. */
  remote(ip: string, port: number, timeMs: number): Endpoint {
    if (timeMs > this.#nowMs) this.#nowMs = timeMs;
    return this.#addresses.find(ip, port, timeMs);
  }

  /** Names an address met in evidence, as of the newest event seen. Bound: it can be handed to a detector. */
  readonly nameAddress = (ip: string): Endpoint => this.#addresses.find(ip, 0, this.#nowMs);

  /** The owner of a cgroup's totals; the node for what belongs to nobody else. */
  byCgroup(cgroupId: number): Endpoint {
    return this.#subject(cgroupId, this.#nowMs).endpoint('');
  }

  /** The owner of a network namespace; one that nobody is known to own is a container named by its inode. */
  byNetns(netns: number): Endpoint {
    if (netns === this.#hostNetns || netns === 0) return this.#node.endpoint('');
    const owner = this.#netns.owner(netns, this.#nowMs);
    return this.#owner(owner ?? `netns:${netns}`).endpoint('');
  }

  /** For drops that a CNI or kube-proxy makes in the host's namespace with a pod's address (trap 23). */
  byNetnsOrAddress(netns: number, ip: string, timeMs: number): Endpoint {
    const owner = netns === this.#hostNetns ? undefined : this.#netns.owner(netns, timeMs);
    return owner === undefined ? this.remote(ip, 0, timeMs) : this.#owner(owner).endpoint(ip);
  }

  /** False while a name may still come: hold the record back (`HoldBack`) and ask again. */
  isResolved(endpoint: Endpoint): boolean {
    if (endpoint.kind === 'pod') return endpoint.namespace !== undefined || !this.#hasIdentities;
    return !this.#processes.isWaiting(endpoint);
  }

  isOwnNode(ip: string): boolean {
    return this.#addresses.isOwnNode(ip);
  }

  onCgroupEvent(event: CgroupEvent): void {
    if (event.timeMs > this.#nowMs) this.#nowMs = event.timeMs;
    this.#cgroups.onEvent(event);
    if (event.created) return;
    const owner = this.#cgroups.find(event.cgroupId, event.timeMs)?.owner;
    if (owner?.kind === 'pod' && owner.containerId === undefined)
      this.#netns.ownerGone(`pod:${owner.podUid}`, event.timeMs);
    if (owner?.kind === 'container') this.#netns.ownerGone(`container:${owner.containerId}`, event.timeMs);
  }

  /** A socket of this cgroup is in this network namespace. `local` does it by itself; this is for other sources of the fact. */
  learnNetns(netns: number, cgroupId: number): void {
    if (netns === 0 || netns === this.#hostNetns) return;
    this.#learn(netns, this.#subject(cgroupId, this.#nowMs), '', this.#nowMs);
  }

  /** Takes the whole identity file as true from `atMs` on. Null: there is no source of names, so nothing waits for one. */
  setIdentities(identities: IdentityFile | null, atMs: number): void {
    this.#hasIdentities = identities !== null;
    this.#apply(this.known.replaceFile(identities), atMs);
  }

  /** Takes what the API server told as true from `atMs` on. */
  changeIdentities(delta: IdentityDelta, atMs: number): void {
    this.#hasIdentities = true;
    this.#apply(this.known.apply(delta), atMs);
  }

  /** The node's interfaces have these addresses from now on. */
  setNodeAddresses(addresses: readonly string[]): void {
    this.#addresses.setInterfaces(addresses);
    this.cluster.ownAddressesChanged();
  }

  /** Every tick: goes on with a walk, forgets what went long ago. */
  advance(nowMs: number): void {
    if (nowMs > this.#nowMs) this.#nowMs = nowMs;
    this.#cgroups.advance(nowMs);
    for (const uid of this.#pods.forgetBefore(nowMs - KEEP_NAME_MS)) this.#owners.delete(`pod:${uid}`);
    if (nowMs - this.#forgotMs < FORGET_EVERY_MS) return;
    this.#forgotMs = nowMs;
    this.#addresses.apply(NO_CHANGES, nowMs);
    this.cluster.apply(NO_CHANGES, nowMs);
  }

  /** Distinct cgroups that nobody could name, since the start. Records held back in vain are counted by `HoldBack`. */
  get unresolved(): number {
    return this.#cgroups.state.unresolved;
  }

  /** Bounded tables, as `Tick.tables` lists them. */
  get tables() {
    return [
      { name: 'cgroups', ...this.#cgroups.tableState },
      { name: 'namespaces', ...this.#netns.state },
      { name: 'addresses', ...this.#addresses.state },
      { name: 'processes', ...this.#processes.state },
    ];
  }

  #apply(changes: IdentityChanges, atMs: number): void {
    if (atMs > this.#nowMs) this.#nowMs = atMs;
    this.#addresses.apply(changes, atMs);
    this.cluster.apply(changes, atMs);
    const { changed, gone } = this.#pods.apply(changes.pods, atMs);
    for (const uid of gone) this.#netns.ownerGone(`pod:${uid}`, atMs);
    if (changed.length > 0) this.#rename(new Set(changed.map((uid) => `pod:${uid}`)));
  }

  /** Makes the subjects with these keys anew when they are next asked for. */
  #rename(keys: ReadonlySet<string>): void {
    let isLocal = false;
    for (const key of keys) if (this.#owners.delete(key)) isLocal = true;
    for (const [id, { key }] of this.#subjects) {
      if (keys.has(key)) isLocal = this.#subjects.delete(id) || isLocal;
    }
    if (!isLocal) return;
    this.#node.forgetGuests();
    for (const subject of this.#subjects.values()) subject.forgetGuests();
    for (const subject of this.#owners.values()) subject.forgetGuests();
  }

  #subject(cgroupId: number, timeMs: number): Subject {
    const known = this.#subjects.get(cgroupId);
    if (known) return known;
    const owner = this.#cgroups.find(cgroupId, timeMs)?.owner;
    if (!owner) return this.#node;
    const subject = this.#makeSubject(owner);
    this.#subjects.set(cgroupId, subject);
    return subject;
  }

  #makeSubject(owner: CgroupOwner): Subject {
    switch (owner.kind) {
      case 'pod':
        return this.#podSubject(owner.podUid, owner.containerId);
      case 'container': {
        const container = /^[0-9a-f]{64}$/.test(owner.containerId) ? owner.containerId.slice(0, 12) : owner.containerId;
        return new Subject(`container:${owner.containerId}`, container, { ip: '', kind: 'container', container });
      }
      case 'unit':
        return new Subject(`unit:${owner.unit}`, owner.unit, { ip: '', kind: 'unit', service: owner.unit });
      case 'host':
        return this.#node;
    }
  }

  #podSubject(uid: string, containerId?: string): Subject {
    const pod = this.#pods.find(uid);
    const key = `pod:${uid}`;
    /* Without its name a pod is called by the first part of its UID. */
    if (!pod) return new Subject(key, uid.slice(0, 8), { ip: '', kind: 'pod', pod: uid.slice(0, 8) });
    const byId = pod.containers.find((container) => container.id !== undefined && container.id === containerId);
    const only = pod.containers.length === 1 && pod.containers[0]?.id === undefined ? pod.containers[0] : undefined;
    const container = (byId ?? (containerId === undefined ? undefined : only))?.name;
    return new Subject(key, `${pod.namespace}/${pod.name}`, podEndpoint(pod.ips[0] ?? '', pod, container));
  }

  /** The subject of a namespace's owner: the pod or container as a whole. */
  #owner(key: string): Subject {
    let subject = this.#owners.get(key);
    if (!subject) {
      const [kind, id] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
      if (kind === 'pod') subject = this.#podSubject(id);
      else if (kind === 'container')
        subject = this.#makeSubject({ kind: 'container', containerId: id, runtime: 'unknown' });
      else subject = new Subject(key, `netns-${id}`, { ip: '', kind: 'container', container: `netns-${id}` });
      if (this.#owners.size >= OWNERS_LIMIT) this.#owners.clear();
      this.#owners.set(key, subject);
    }
    return subject;
  }

  #learn(netns: number, subject: Subject, ip: string, timeMs: number): void {
    const byAddress = ip === '' ? undefined : this.#addresses.podUid(ip, timeMs);
    if (byAddress !== undefined) this.#netns.learn(netns, `pod:${byAddress}`, true);
    const { key } = subject;
    if (this.#hostNetns === undefined && (subject === this.#node || key.startsWith('unit:')))
      this.#netns.learnUnit(netns, key);
    if (key.startsWith('container:')) this.#netns.learn(netns, key, false);
    if (!key.startsWith('pod:') || key === `pod:${byAddress}`) return;
    if (this.#pods.find(key.slice(4))?.hostNetwork !== true) this.#netns.learn(netns, key, false);
  }

  #process({ cgroupId, pid, comm, ip, timeMs }: LocalSocket): Endpoint {
    return this.#cgroups.isPending(cgroupId)
      ? this.#processes.findWaiting(pid, comm, ip, timeMs)
      : this.#processes.find(pid, comm, ip, timeMs);
  }
}
