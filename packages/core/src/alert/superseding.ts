import type { Alert, Finding } from './alert.ts';
import { causeKey, type SameEnd } from './cause-key.ts';

export interface YieldEntry {
  readonly rule: string;
  readonly same: SameEnd;
  /** As `Yield.ifSamePorts`. */
  readonly ifSamePorts?: true;
}

/** An open alert that gives way, unless it speaks of other ports where `ifSamePorts` is set. */
export interface GivingWay {
  readonly fingerprint: string;
  readonly ifSamePorts: boolean;
}

/** By yielding rule: the rules that own a cause which it sees too, and the end by which they know that it is one. */
export type YieldTable = Readonly<Record<string, readonly YieldEntry[]>>;

type Ends = Pick<Alert, 'rule' | 'source' | 'target'>;

/** Finds the open alerts of yielding rules that speak of what an owner speaks of: an owner may come a moment later. */
export class Superseding {
  /** By owner: who yields to it. */
  readonly #yielding = new Map<string, YieldEntry[]>();
  /** By yielding rule: the ends by which its alerts are looked for. */
  readonly #sides = new Map<string, Set<SameEnd>>();
  readonly #open = new Map<string, Set<string>>();

  constructor(yieldsTo: YieldTable) {
    for (const [rule, owners] of Object.entries(yieldsTo)) {
      for (const { rule: owner, same, ifSamePorts } of owners) {
        const entry: YieldEntry = { rule, same, ...(ifSamePorts ? { ifSamePorts } : undefined) };
        this.#yielding.set(owner, [...(this.#yielding.get(owner) ?? []), entry]);
        this.#sides.set(rule, (this.#sides.get(rule) ?? new Set()).add(same));
      }
    }
  }

  opened(alert: Alert): void {
    for (const key of this.#keysOf(alert)) {
      this.#open.set(key, (this.#open.get(key) ?? new Set()).add(alert.fingerprint));
    }
  }

  ended(alert: Alert): void {
    for (const key of this.#keysOf(alert)) {
      const fingerprints = this.#open.get(key);
      fingerprints?.delete(alert.fingerprint);
      if (fingerprints?.size === 0) this.#open.delete(key);
    }
  }

  /** The open alerts that give way to what a rule says of these ends. */
  givingWayTo({ rule, source, target, alsoOwns = [] }: Ends & Pick<Finding, 'alsoOwns'>): GivingWay[] {
    return (this.#yielding.get(rule) ?? []).flatMap(({ rule: yielding, same, ifSamePorts = false }) =>
      [{ source, target }, ...alsoOwns].flatMap((ends) => {
        const key = causeKey(same, ends.source, ends.target);
        const open = key === undefined ? undefined : this.#open.get(`${yielding}\n${same}\n${key}`);
        return open === undefined ? [] : [...open].map((fingerprint) => ({ fingerprint, ifSamePorts }));
      }),
    );
  }

  #keysOf({ rule, source, target }: Ends): string[] {
    return [...(this.#sides.get(rule) ?? [])].flatMap((same) => {
      const key = causeKey(same, source, target);
      return key === undefined ? [] : [`${rule}\n${same}\n${key}`];
    });
  }
}
