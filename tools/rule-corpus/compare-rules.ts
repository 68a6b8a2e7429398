import { sidOf } from './raised-key.ts';

/** Raised keys with how often. */
export type Raised = ReadonlyMap<string, number>;

export interface SidComparison {
  readonly sid: number;
  /** Conversations in which each raised it. */
  readonly suricata: number;
  readonly both: number;
  readonly netguard: number;
}

/** By rule, in how many conversations Suricata, NetGuard and both raised it; the most different first. */
export function compareRules(suricata: Raised, netguard: Raised): SidComparison[] {
  const sids = new Map<number, { sid: number; suricata: number; both: number; netguard: number }>();
  const of = (key: string) => {
    const sid = sidOf(key);
    const row = sids.get(sid) ?? { sid, suricata: 0, both: 0, netguard: 0 };
    sids.set(sid, row);
    return row;
  };
  for (const key of suricata.keys()) {
    const row = of(key);
    row.suricata++;
    if (netguard.has(key)) row.both++;
  }
  for (const key of netguard.keys()) of(key).netguard++;
  const difference = (row: SidComparison): number => row.suricata + row.netguard - 2 * row.both;
  return [...sids.values()].sort((a, b) => difference(b) - difference(a) || a.sid - b.sid);
}
