import { type Contact, infectsMs, type Member } from './member.ts';
import type { WormParameters } from './parameters.ts';
import { type Spread, spreadsFrom } from './spread.ts';

/** A member that spreads, and who infected it. */
export interface Infection {
  readonly member: Member;
  readonly parent: Infection | undefined;
  /** The contact that infected it; of one without a parent, its own first suspicious one. */
  readonly atMs: number;
  readonly generation: number;
  readonly spread: Spread;
}

/** A worm may infect its first victim before it meets the first host that does not answer. */
const HEAD_START_MS = 10_000;

/**
 * Who infected whom: the contacts between spreading members in the order of time, each of which infects a target that has
 * not spread before and does after it. Whoever is first to infect is a root. The causal tree is that of Xie et al. (IEEE S&P
 * 2005); here it is read forward, as all contacts are at hand. O(contacts × log contacts).
 */
export function infections(spreads: readonly Spread[], p: WormParameters): Map<Member, Infection> {
  const byMember = new Map(spreads.map((spread) => [spread.member, spread]));
  const infected = new Map<Member, Infection>();
  for (const contact of carriers(byMember, p)) {
    const { from, to } = contact;
    const [source, target] = [byMember.get(from) as Spread, byMember.get(to) as Spread];
    if (infected.has(to)) continue;
    const atMs = infectsMs(contact);
    let parent = infected.get(from);
    if (parent === undefined) {
      parent = {
        member: from,
        parent: undefined,
        atMs: Math.min(begunMs(source), atMs),
        generation: 1,
        spread: source,
      };
      infected.set(from, parent);
    }
    infected.set(to, { member: to, parent, atMs, generation: parent.generation + 1, spread: target });
  }
  return infected;
}

/** Contacts that can have infected their targets, oldest first. */
function carriers(spreads: ReadonlyMap<Member, Spread>, p: WormParameters): Contact[] {
  const found: Contact[] = [];
  for (const spread of spreads.values()) {
    const incoming = [...spread.member.in].filter(({ isAnswered, from }) => isAnswered && spreads.has(from));
    const paid = incoming.filter(({ paidMs }) => !Number.isNaN(paidMs));
    for (const contact of paid.length > 0 ? paid : incoming) {
      if (carries(contact, spreads.get(contact.from) as Spread, spread, p)) found.push(contact);
    }
  }
  return found.sort((a, b) => infectsMs(a) - infectsMs(b) || (a.key < b.key ? -1 : 1));
}

function carries(contact: Contact, source: Spread, target: Spread, p: WormParameters): boolean {
  const atMs = infectsMs(contact);
  if (begunMs(source) > atMs + HEAD_START_MS || !spreadsFrom(target, atMs, p)) return false;
  const next = target.suspicious.find(({ firstMs }) => firstMs >= atMs);
  return next !== undefined && next.firstMs - atMs <= p.windowMs;
}

function begunMs({ suspicious }: Spread): number {
  return suspicious[0]?.firstMs ?? Number.POSITIVE_INFINITY;
}

/** Infections that hang together, by a tree or by any contact between two trees: one outbreak each, oldest infection first. */
export function outbreaksOf(infected: ReadonlyMap<Member, Infection>): Infection[][] {
  const groups = new Map<Member, Infection[]>();
  for (const infection of infected.values()) groups.set(infection.member, [infection]);
  const join = (a: Member, b: Member): void => {
    const [into, from] = [groups.get(a), groups.get(b)];
    if (into === undefined || from === undefined || into === from) return;
    const [large, small] = into.length < from.length ? [from, into] : [into, from];
    for (const infection of small) {
      large.push(infection);
      groups.set(infection.member, large);
    }
  };
  for (const { member, spread } of infected.values()) {
    for (const { to } of [...spread.suspicious, ...spread.ordinary]) join(member, to);
  }
  const order = (a: Infection, b: Infection): number => a.atMs - b.atMs || a.generation - b.generation;
  return [...new Set(groups.values())].map((group) => group.sort(order));
}
