import type { Finding } from '../alert/alert.ts';
import { causeKey, OWNED_FOR_MS } from '../alert/cause-key.ts';
import { isWithin, portsOf } from '../alert/ports-of.ts';
import type { Endpoint } from '../endpoint.ts';
import { Lru } from '../sketch/lru.ts';
import type { TableState } from '../table-state.ts';
import type { Detector, Yield } from './detector.ts';

const CAPACITY = 4096;
const MOST_MENTIONED = 16;

/** Who speaks for a cause. */
export interface Owner {
  readonly rule: string;
  readonly source: Endpoint | null;
  readonly target: Endpoint | null;
}

/** A finding that was dropped because another rule owns its cause. */
export interface Yielded {
  readonly finding: Finding;
  readonly owner: Owner;
}

/** What a claim of an owner is called, and whether it holds for a finding about its ports only. */
interface OwnerName {
  readonly name: string;
  readonly ifSamePorts: boolean;
}

interface Claim extends Owner {
  atMs: number;
  ports: ReadonlySet<number>;
  alsoSeenAs: readonly string[];
}

/**
 * One cause, one finding: drops what a rule found where a rule it yields to speaks for the same end, now or within the
 * last minute. A dropped finding passes its claim on, so that a third rule that yields to it is dropped too.
 */
export class Ownership {
  readonly #yields: ReadonlyMap<string, readonly Yield[]>;
  /** By owning rule: the ends for which it is asked. */
  readonly #asked = new Map<string, Set<Yield['same']>>();
  /** Owners before those that yield to them. */
  readonly #rank = new Map<string, number>();
  readonly #claims = new Lru<string, Claim>(CAPACITY);
  readonly #dropped = new Map<string, number>();
  readonly #names = new WeakMap<Finding, readonly OwnerName[]>();

  /** Throws when rules yield to each other in a circle: none of them would ever speak. */
  constructor(detectors: readonly Pick<Detector, 'id' | 'yieldsTo'>[]) {
    this.#yields = new Map(detectors.map(({ id, yieldsTo }) => [id, yieldsTo ?? []]));
    for (const yields of this.#yields.values()) {
      for (const { rule, same } of yields) this.#asked.set(rule, (this.#asked.get(rule) ?? new Set()).add(same));
    }
    for (const id of this.#yields.keys()) this.#place(id, []);
  }

  /** What stays, in the order it came in; owners carry `evidence.alsoSeenAs`. What was dropped goes to `yielded`. */
  settle(findings: readonly Finding[], nowMs: number, yielded: Yielded[]): Finding[] {
    if (findings.length === 0 || this.#asked.size === 0) return [...findings];
    const claims = new Map<Finding, Claim | undefined>();
    for (const finding of findings.toSorted((a, b) => this.#rankOf(a) - this.#rankOf(b))) {
      const owner = this.#ownerOf(finding, nowMs);
      if (owner !== undefined) {
        mention(owner, finding.rule);
        yielded.push({ finding, owner });
        this.#dropped.set(finding.rule, this.dropped(finding.rule) + 1);
      }
      const claim = this.#claim(finding, owner, nowMs);
      if (owner === undefined) claims.set(finding, claim);
    }
    return findings.flatMap((finding) => (claims.has(finding) ? withMentions(finding, claims.get(finding)) : []));
  }

  /** Whether a rule that owns its cause has spoken: for findings that cannot become alerts anyway. */
  isOwned(finding: Finding, nowMs: number): boolean {
    return this.#ownerOf(finding, nowMs) !== undefined;
  }

  /** Findings of the rule dropped since the start. */
  dropped(rule: string): number {
    return this.#dropped.get(rule) ?? 0;
  }

  get state(): TableState {
    return { entries: this.#claims.size, capacity: this.#claims.capacity, evicted: this.#claims.evicted };
  }

  #ownerOf(finding: Finding, nowMs: number): Claim | undefined {
    for (const { name, ifSamePorts } of this.#ownersOf(finding)) {
      const claim = this.#claims.get(name);
      if (claim === undefined || !isFresh(claim, nowMs)) continue;
      if (!ifSamePorts || isWithin(claim.ports, portsOf(finding))) return claim;
    }
    return undefined;
  }

  /** What claims of its owners are called; once for a finding, which may be said again and again. */
  #ownersOf(finding: Finding): readonly OwnerName[] {
    let names = this.#names.get(finding);
    if (names === undefined) {
      names = (this.#yields.get(finding.rule) ?? []).flatMap(({ rule, same, ifSamePorts = false }) => {
        const key = causeKey(same, finding.source, finding.target);
        return key === undefined ? [] : [{ name: `${rule}\n${same}\n${key}`, ifSamePorts }];
      });
      this.#names.set(finding, names);
    }
    return names;
  }

  /** Remembers who owns what this finding speaks of: its owner if it has one, else itself. */
  #claim(finding: Finding, owner: Claim | undefined, nowMs: number): Claim | undefined {
    const asked = this.#asked.get(finding.rule);
    if (asked === undefined) return undefined;
    const claim = owner ?? this.#ownClaim(finding, nowMs);
    for (const { source, target } of [finding, ...(finding.alsoOwns ?? [])]) {
      for (const same of asked) {
        const key = causeKey(same, source, target);
        if (key !== undefined) this.#claims.set(`${finding.rule}\n${same}\n${key}`, claim);
      }
    }
    return claim;
  }

  #ownClaim(finding: Finding, nowMs: number): Claim {
    const { rule, source, target } = finding;
    const name = `${rule}\n=\n${causeKey('source', source, target) ?? ''}\n${causeKey('target', source, target) ?? ''}`;
    const known = this.#claims.get(name);
    if (known !== undefined && isFresh(known, nowMs)) {
      known.atMs = nowMs;
      known.ports = portsOf(finding);
      return known;
    }
    const claim: Claim = { rule, source, target, atMs: nowMs, ports: portsOf(finding), alsoSeenAs: [] };
    this.#claims.set(name, claim);
    return claim;
  }

  #rankOf({ rule }: Finding): number {
    return this.#rank.get(rule) ?? 0;
  }

  #place(id: string, path: readonly string[]): number {
    if (path.includes(id)) throw new Error(`rules yield to each other in a circle: ${[...path, id].join(' → ')}`);
    const known = this.#rank.get(id);
    if (known !== undefined) return known;
    const above = (this.#yields.get(id) ?? []).map(({ rule }) => this.#place(rule, [...path, id]));
    const rank = above.length === 0 ? 0 : Math.max(...above) + 1;
    this.#rank.set(id, rank);
    return rank;
  }
}

/** A clock that was set back makes old claims lie in the future: those are over as well. */
function isFresh(claim: Claim, nowMs: number): boolean {
  return Math.abs(nowMs - claim.atMs) <= OWNED_FOR_MS;
}

function mention(owner: Claim, rule: string): void {
  if (owner.alsoSeenAs.includes(rule) || owner.alsoSeenAs.length >= MOST_MENTIONED) return;
  owner.alsoSeenAs = [...owner.alsoSeenAs, rule].sort();
}

function withMentions(finding: Finding, claim: Claim | undefined): Finding {
  if (claim === undefined || claim.alsoSeenAs.length === 0) return finding;
  return { ...finding, evidence: { ...finding.evidence, alsoSeenAs: claim.alsoSeenAs } };
}
