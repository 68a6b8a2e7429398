/**
 * Network namespace → the pod or container it belongs to, learned from sockets. Namespaces of the host, and those that
 * several owners share with no sign whose they are, belong to nobody. Inode numbers are used again soon after a namespace
 * went: an owner that is gone gives way to the next, and is remembered for its late sockets.
 */
interface Namespace {
  /** Owners seen in it, each with whether it still exists. */
  readonly voters: Set<string>;
  readonly former: Set<string>;
  /** Units of the host seen in it. One may be a runtime that looked in (port-forward); two live there: it is the host's. */
  readonly units: Set<string>;
  /** The owner whose address a socket in it had: no doubt left. */
  confirmed: string | undefined;
  owner: string | undefined;
  /** When the owner went, as long as no other has shown up. */
  goneMs: number;
}

/** What an owner that went leaves behind still comes for so long; then the number may be anybody's. */
const LATE_MS = 5000;
const VOTERS_LIMIT = 8;

export class NetnsTable {
  readonly #capacity: number;
  readonly #namespaces = new Map<number, Namespace>();
  readonly #homes = new Map<string, Set<number>>();
  #evicted = 0;

  constructor(capacity = 16_384) {
    this.#capacity = capacity;
  }

  /** A socket of `owner` was seen in it. `confirmed`: the socket's address was this owner's own. */
  learn(netns: number, owner: string, confirmed: boolean): void {
    const namespace = this.#namespaces.get(netns) ?? this.#add(netns);
    namespace.former.delete(owner);
    namespace.goneMs = Number.POSITIVE_INFINITY;
    if (namespace.voters.size < VOTERS_LIMIT || confirmed) namespace.voters.add(owner);
    if (confirmed) namespace.confirmed = owner;
    const homes = this.#homes.get(owner) ?? new Set();
    this.#homes.set(owner, homes);
    if (homes.size < this.#capacity) homes.add(netns);
    /* Seen in a second namespace, it is a guest in one of them: judge all of its namespaces again. */
    for (const home of homes.size === 2 ? homes : [netns]) this.#decide(home);
  }

  /** A socket of a unit or process of the host was seen in it. Only needed where the host's namespace is not known. */
  learnUnit(netns: number, unit: string): void {
    const namespace = this.#namespaces.get(netns) ?? this.#add(netns);
    if (namespace.units.size > 1) return;
    namespace.units.add(unit);
    this.#decide(netns);
  }

  /** Whose it was at `timeMs`, of the event. */
  owner(netns: number, timeMs: number): string | undefined {
    const namespace = this.#namespaces.get(netns);
    return namespace === undefined || timeMs > namespace.goneMs + LATE_MS ? undefined : namespace.owner;
  }

  /** Whether `owner` held this inode number before somebody else did. */
  wasOwner(netns: number, owner: string): boolean {
    return this.#namespaces.get(netns)?.former.has(owner) ?? false;
  }

  /** The owner's cgroup was removed: what it held may be somebody else's from now on. */
  ownerGone(owner: string, timeMs: number): void {
    for (const netns of this.#homes.get(owner) ?? []) {
      const namespace = this.#namespaces.get(netns);
      if (!namespace) continue;
      namespace.former.add(owner);
      namespace.voters.delete(owner);
      if (namespace.former.size > VOTERS_LIMIT) namespace.former.delete(namespace.former.values().next().value ?? '');
      if (namespace.voters.size === 0) namespace.goneMs = timeMs;
      else {
        if (namespace.confirmed === owner) namespace.confirmed = undefined;
        this.#decide(netns);
      }
    }
    this.#homes.delete(owner);
  }

  get state() {
    return { entries: this.#namespaces.size, capacity: this.#capacity, evicted: this.#evicted };
  }

  #add(netns: number): Namespace {
    if (this.#namespaces.size >= this.#capacity) {
      const [oldest] = this.#namespaces.keys();
      if (oldest !== undefined) this.#forget(oldest);
      this.#evicted++;
    }
    const namespace: Namespace = {
      voters: new Set(),
      former: new Set(),
      units: new Set(),
      confirmed: undefined,
      owner: undefined,
      goneMs: Number.POSITIVE_INFINITY,
    };
    this.#namespaces.set(netns, namespace);
    return namespace;
  }

  #forget(netns: number): void {
    for (const voter of this.#namespaces.get(netns)?.voters ?? []) {
      const homes = this.#homes.get(voter);
      homes?.delete(netns);
      if (homes?.size === 0) this.#homes.delete(voter);
    }
    this.#namespaces.delete(netns);
  }

  #decide(netns: number): void {
    const namespace = this.#namespaces.get(netns);
    if (!namespace) return;
    const { confirmed, voters, former } = namespace;
    if (confirmed !== undefined && !former.has(confirmed)) {
      namespace.owner = confirmed;
      return;
    }
    if (namespace.units.size > 1) {
      namespace.owner = undefined;
      return;
    }
    const living = [...voters];
    const atHome = living.length === 1 ? living : living.filter((voter) => this.#homes.get(voter)?.size === 1);
    namespace.owner = atHome.length === 1 ? atHome[0] : undefined;
  }
}
