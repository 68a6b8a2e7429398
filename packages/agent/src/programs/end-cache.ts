/** Names of cgroups and addresses for the main thread, which the Worker's tables know. */
import { readFileSync } from 'node:fs';
import { type Endpoint, Lru } from '@netguard/core';
import type { SeriesNames } from './series/types.ts';

/** Who is behind these? */
export interface EndsAsked {
  readonly cgroups: readonly number[];
  readonly addresses: readonly string[];
}

/** Null: a cgroup that nobody is known to own. One whose name may still come is left out. */
export interface EndsNamed {
  readonly cgroups: readonly (readonly [id: number, endpoint: Endpoint | null])[];
  readonly addresses: readonly (readonly [ip: string, endpoint: Endpoint])[];
}

const REMEMBERED = 16_384;
/** Asked at once; the rest comes with the next request. */
const ASKED_AT_ONCE = 2000;
/** Names change: what was learned so long ago is asked for again, and holds until the answer is there. */
const FRESH_MS = 15_000;
/** As long as records of a pod that has no name yet are held back, and an answer of the Worker. */
const PENDING_MS = 7000;
/** The command of a process may change by execve(). */
const COMMAND_FRESH_MS = 2000;

interface Known<T> {
  readonly what: T;
  readonly sinceMs: number;
}

/**
 * Look-ups answer at once with what is known. What is not, or not lately, is asked for by `ask` when `request` is called; an
 * address is a stranger until then, and a cgroup pending, for some seconds.
 */
export class EndCache implements SeriesNames {
  readonly #cgroups = new Lru<number, Known<Endpoint | null>>(REMEMBERED);
  readonly #addresses = new Lru<string, Known<Endpoint>>(REMEMBERED);
  readonly #commands = new Lru<number, Known<string | undefined>>(REMEMBERED);
  /** When a cgroup without a name was looked up first. */
  readonly #met = new Lru<number, number>(REMEMBERED);
  readonly #wantedCgroups = new Set<number>();
  readonly #wantedAddresses = new Set<string>();
  readonly #ask: (asked: EndsAsked) => void;
  readonly #now: () => number;

  constructor(ask: (asked: EndsAsked) => void, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
  }

  cgroup(id: number): Endpoint | 'pending' | undefined {
    const known = this.#cgroups.get(id);
    if (!this.#isFresh(known, FRESH_MS) && this.#wantedCgroups.size < REMEMBERED) this.#wantedCgroups.add(id);
    return known === undefined ? this.#pending(id) : (known.what ?? undefined);
  }

  address(ip: string): Endpoint {
    const known = this.#addresses.get(ip);
    if (!this.#isFresh(known, FRESH_MS) && this.#wantedAddresses.size < REMEMBERED) this.#wantedAddresses.add(ip);
    return known?.what ?? { ip, kind: 'world' };
  }

  command(pid: number): string | undefined {
    const known = this.#commands.get(pid);
    if (known !== undefined && this.#isFresh(known, COMMAND_FRESH_MS)) return known.what;
    const what = commandOf(pid);
    this.#commands.set(pid, { what, sinceMs: this.#now() });
    return what;
  }

  /** Asks for what was looked up and is not known. Call it after each reading. */
  request(): void {
    const cgroups = [...this.#wantedCgroups].slice(0, ASKED_AT_ONCE);
    const addresses = [...this.#wantedAddresses].slice(0, ASKED_AT_ONCE);
    if (cgroups.length + addresses.length === 0) return;
    for (const id of cgroups) this.#wantedCgroups.delete(id);
    for (const ip of addresses) this.#wantedAddresses.delete(ip);
    this.#ask({ cgroups, addresses });
  }

  receive({ cgroups, addresses }: EndsNamed): void {
    const sinceMs = this.#now();
    for (const [id, what] of cgroups) this.#cgroups.set(id, { what, sinceMs });
    for (const [ip, what] of addresses) this.#addresses.set(ip, { what, sinceMs });
  }

  /** A name may come for some seconds after a cgroup was met first. */
  #pending(id: number): 'pending' | undefined {
    const since = this.#met.get(id) ?? this.#now();
    this.#met.set(id, since);
    return this.#now() - since < PENDING_MS ? 'pending' : undefined;
  }

  #isFresh(known: Known<unknown> | undefined, forMs: number): boolean {
    return known !== undefined && this.#now() - known.sinceMs < forMs;
  }
}

function commandOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}
