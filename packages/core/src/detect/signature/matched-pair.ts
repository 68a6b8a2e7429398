import type { Endpoint } from '../../endpoint.ts';
import type { ApplicationFacts } from '../../payload/facts.ts';
import type { SignatureMatch } from '../../rules/signature-match.ts';

import { type DecodedFields, decodedFields } from './decoded-fields.ts';

/** Different rules remembered of one pair; further ones are only counted. */
const RULES = 16;

export interface MatchedRule {
  readonly match: SignatureMatch;
  /** The message in which it matched first. */
  readonly fields: DecodedFields | undefined;
  count: number;
}

/** The rules that matched from one end to the other. */
export class MatchedPair {
  readonly key: string;
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly #rules = new Map<string, MatchedRule>();
  sinceMs: number;
  lastMs: number;
  matches = 0;
  /** Matches since the last finding. */
  unreported = 0;
  /** Matches of rules that found no room. */
  others = 0;

  constructor(key: string, source: Endpoint, target: Endpoint, timeMs: number) {
    this.key = key;
    this.source = source;
    this.target = target;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }

  /** `facts`: the messages that came with the match. */
  add(match: SignatureMatch, facts: readonly ApplicationFacts[], timeMs: number): void {
    this.lastMs = Math.max(this.lastMs, timeMs);
    this.matches++;
    this.unreported++;
    const name = `${match.gid}:${match.sid}`;
    const known = this.#rules.get(name);
    if (known !== undefined) known.count++;
    else if (this.#rules.size < RULES) this.#rules.set(name, { match, fields: decodedFields(facts), count: 1 });
    else this.others++;
  }

  /** A new spell begins: what matched before it is over. */
  restart(timeMs: number): void {
    this.#rules.clear();
    this.matches = 0;
    this.unreported = 0;
    this.others = 0;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }

  /** The most important first; of equal ones the one that matched first. */
  get rules(): readonly MatchedRule[] {
    return [...this.#rules.values()].sort((a, b) => a.match.priority - b.match.priority);
  }
}
