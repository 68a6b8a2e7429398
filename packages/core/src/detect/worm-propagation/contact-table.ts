import { type Endpoint, workloadKey } from '../../endpoint.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import { type Contact, isInfectable, isSuspicious, type Member, memberName, type Novelty } from './member.ts';

const CAPACITY = 8192;
/** Each contact has two ends. */
const MOST_MEMBERS = 2 * CAPACITY;

/** One contact as it was seen. */
export interface Touch {
  readonly timeMs: number;
  readonly from: Endpoint;
  readonly fromIp: string;
  readonly to: Endpoint;
  readonly toIp: string;
  readonly port: number;
  readonly novelty: Novelty;
  readonly isAnswered: boolean;
  readonly hasPayload: boolean;
}

const RANK: Readonly<Record<Novelty, number>> = { unknown: 0, dark: 1, new: 2, signed: 3 };

/**
 * Who contacted whom on which port, by pods. Full, it forgets the contact that was touched longest ago and speaks against
 * nobody; those of an outbreak that is being told are kept, as long as there are others.
 */
export class ContactTable {
  readonly #contacts = new Lru<string, Contact>(CAPACITY, isKept);
  readonly #members = new Map<string, Member>();
  /** By port: the members that made a suspicious contact. */
  readonly #suspects = new Map<number, Set<Member>>();

  /** Takes in a contact; what it speaks against its source, where that is news. */
  touch(seen: Touch): Contact | undefined {
    const { port, timeMs, novelty } = seen;
    const from = `${port} ${memberName(seen.from, seen.fromIp)}`;
    const to = `${port} ${memberName(seen.to, seen.toIp)}`;
    if (from === to) return undefined;
    const key = `${from} ${to}`;
    let contact = this.#contacts.get(key);
    const isKnown = contact !== undefined;
    const was = contact?.novelty ?? 'unknown';
    if (contact === undefined) {
      contact = {
        key,
        from: this.#member(from, port, seen.from),
        to: this.#member(to, port, seen.to),
        firstMs: timeMs,
        lastMs: timeMs,
        novelty,
        isAnswered: false,
        paidMs: Number.NaN,
      };
      this.#add(contact);
    }
    contact.firstMs = Math.min(contact.firstMs, timeMs);
    contact.lastMs = Math.max(contact.lastMs, timeMs);
    // What failed first and is answered later (a pod that had not started) was no dark host.
    if (RANK[novelty] > RANK[was] || (was === 'dark' && seen.isAnswered)) contact.novelty = novelty;
    contact.isAnswered ||= seen.isAnswered;
    if (seen.hasPayload && !(contact.paidMs <= timeMs)) contact.paidMs = timeMs;
    if (!isSuspicious(contact) || (isKnown && was !== 'unknown')) return undefined;
    this.#suspectsAt(port).add(contact.from);
    return contact;
  }

  /** Members at a port of which something suspicious is known. */
  suspects(port: number): ReadonlySet<Member> {
    return this.#suspects.get(port) ?? new Set();
  }

  /** Forgets what nobody touched since, and gives it to `forgotten`. */
  expire(sinceMs: number, forgotten: (contact: Contact) => void): void {
    for (const contact of this.#contacts.values()) {
      if (contact.lastMs >= sinceMs || contact.from.isHeld || contact.to.isHeld) continue;
      this.#contacts.delete(contact.key);
      this.#unlink(contact);
      forgotten(contact);
    }
  }

  /** Entries are contacts and their ends. */
  get state(): TableState {
    const { size, capacity, evicted } = this.#contacts;
    return { entries: size + this.#members.size, capacity: capacity + MOST_MEMBERS, evicted };
  }

  #add(contact: Contact): void {
    const evicted = this.#contacts.set(contact.key, contact);
    contact.from.out.add(contact);
    contact.to.in.add(contact);
    if (evicted !== undefined) this.#unlink(evicted);
  }

  #member(key: string, port: number, endpoint: Endpoint): Member {
    let member = this.#members.get(key);
    if (member === undefined) {
      const isService = endpoint.kind === 'service';
      const workload = workloadKey(endpoint);
      member = { key, port, endpoint, workload, isService, out: new Set(), in: new Set(), isHeld: false };
      this.#members.set(key, member);
    }
    return member;
  }

  #unlink(contact: Contact): void {
    const { from, to } = contact;
    from.out.delete(contact);
    to.in.delete(contact);
    for (const end of [from, to]) {
      if (end.out.size === 0) this.#suspects.get(end.port)?.delete(end);
      if (end.out.size === 0 && end.in.size === 0) this.#members.delete(end.key);
    }
    if (this.#suspects.get(from.port)?.size === 0) this.#suspects.delete(from.port);
  }

  #suspectsAt(port: number): Set<Member> {
    let at = this.#suspects.get(port);
    if (at === undefined) {
      at = new Set();
      this.#suspects.set(port, at);
    }
    return at;
  }
}

function isKept({ from, to }: Contact): boolean {
  return from.isHeld || (to.isHeld && isInfectable(from.endpoint));
}
