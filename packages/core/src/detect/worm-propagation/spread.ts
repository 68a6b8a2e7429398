import { type Contact, isSuspicious, type Member } from './member.ts';
import type { WormParameters } from './parameters.ts';

/** What one member did on its port, oldest first. */
export interface Spread {
  readonly member: Member;
  /** Contacts that speak against it. */
  readonly suspicious: readonly Contact[];
  /** Contacts that came about and that nobody can call new: they count for it. */
  readonly ordinary: readonly Contact[];
}

/** Undefined for a member that does not spread, whoever contacted it. */
export function spreadOf(member: Member, sinceMs: number, p: WormParameters): Spread | undefined {
  const fewest = Math.min(p.spreadHosts, p.newHosts);
  if (member.out.size < fewest) return undefined;
  const contacts = [...member.out].filter(({ lastMs }) => member.isHeld || lastMs >= sinceMs);
  const suspicious = contacts.filter(isSuspicious).sort(byTime);
  if (suspicious.length < fewest) return undefined;
  const spread = { member, suspicious, ordinary: contacts.filter((contact) => !isSuspicious(contact)) };
  return spreadsFrom(spread, Number.NEGATIVE_INFINITY, p) ? spread : undefined;
}

/** Whether what a member did from then on is a worm's: many hosts, of several workloads, most of which failed or are new to it. */
export function spreadsFrom({ suspicious, ordinary }: Spread, fromMs: number, p: WormParameters): boolean {
  const after = suspicious.filter(({ firstMs }) => firstMs >= fromMs);
  const named = new Set(after.filter(({ to }) => !to.isService).map(({ to }) => to.workload));
  // A service's address and the pods behind it are the same hosts.
  const hosts = after.filter(({ to }) => !to.isService || !named.has(to.workload));
  const graver = hosts.filter(({ novelty }) => novelty !== 'dark').length;
  if (hosts.length < p.spreadHosts && graver < p.newHosts) return false;
  if (new Set(hosts.map(({ to }) => to.workload)).size < p.spreadPeers) return false;
  if (hosts.length < p.growth * (suspicious.length - after.length)) return false;
  const usual = ordinary.filter(({ firstMs }) => firstMs >= fromMs).length;
  return hosts.length >= p.failedShare * (hosts.length + usual);
}

function byTime(a: Contact, b: Contact): number {
  return a.firstMs - b.firstMs || (a.key < b.key ? -1 : 1);
}
