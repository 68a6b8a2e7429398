import type { ApplicationFacts } from '../../payload/facts.ts';
import { compileRules, type RuleOptions, ruleCoverage } from '../compile-rules.ts';
import type { RuleSet } from '../engine/rule-set.ts';
import type { Inspection, RuleMemory } from '../inspection.ts';
import type { RuleProblem } from '../problem.ts';
import { plainMultiPattern } from './plain-multi-pattern.ts';

/** One packet of a conversation, as short as a test can say it. */
export interface Packet {
  /** Latin-1 text or bytes. */
  readonly payload?: string | Uint8Array;
  readonly facts?: readonly ApplicationFacts[];
  readonly over?: Partial<Inspection>;
}

/** Rules on their own lines, each of them loaded; a rule without a `sid` gets the number of its line. */
export function ruleSet(rules: string | readonly string[], options: RuleOptions = {}): RuleSet {
  const text = [rules]
    .flat()
    .map((rule, index) => withSid(rule, index + 1))
    .join('\n');
  const sources = [{ file: 'test.rules', bytes: Buffer.from(text, 'latin1') }];
  const set = compileRules(sources, { ...ANY_NETWORK, ...options, makeMultiPattern: plainMultiPattern });
  const problem = set.coverage.refusedBy[0]?.problems[0];
  if (problem !== undefined) throw new Error(`${problem.line}:${problem.column} ${problem.keyword}: ${problem.reason}`);
  return set;
}

/** Addresses do not matter in most tests. */
const ANY_NETWORK: RuleOptions = { variables: { addresses: { HOME_NET: 'any', EXTERNAL_NET: 'any' } } };

function withSid(rule: string, line: number): string {
  const whole = /^[a-z]+ [\w-]+ \S+ /.test(rule) ? rule : `alert tcp any any -> any any (${rule})`;
  return /\bsid:/.test(whole) ? whole : whole.replace(/\)\s*$/, ` sid:${line};)`);
}

/** Why a rule is refused. */
export function refusal(rule: string, options: RuleOptions = {}): Pick<RuleProblem, 'keyword' | 'reason' | 'column'> {
  const sources = [{ file: 'test.rules', bytes: Buffer.from(withSid(rule, 1), 'latin1') }];
  const problem = ruleCoverage(sources, { ...ANY_NETWORK, ...options }).refusedBy[0]?.problems[0];
  if (problem === undefined) throw new Error('the rule is loaded');
  return problem;
}

/** A conversation from client 10.0.0.1:40000 to server 10.0.0.2:80; packets are shown to the rules one after the other. */
export class Talk {
  readonly memory: RuleMemory = { flowBits: undefined, matched: undefined };
  timeMs = 1_000_000;
  readonly #set: RuleSet;
  readonly #over: Partial<Inspection>;
  readonly #streams = { client: new Uint8Array(0), server: new Uint8Array(0) };
  readonly #protocols = new Set<string>();

  constructor(set: RuleSet, over: Partial<Inspection> = {}) {
    this.#set = set;
    this.#over = over;
  }

  /** Sids that match what the client sends. */
  client(
    payload: Packet['payload'],
    facts: readonly ApplicationFacts[] = [],
    over: Partial<Inspection> = {},
  ): number[] {
    return this.#packet(true, { payload: payload ?? '', facts, over });
  }

  /** Sids that match what the server sends. */
  server(
    payload: Packet['payload'],
    facts: readonly ApplicationFacts[] = [],
    over: Partial<Inspection> = {},
  ): number[] {
    return this.#packet(false, { payload: payload ?? '', facts, over });
  }

  #packet(toServer: boolean, { payload = '', facts = [], over = {} }: Packet): number[] {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
    for (const fact of facts) this.#protocols.add(fact.protocol === 'other' ? fact.name : fact.protocol);
    const transport = over.transport ?? this.#over.transport ?? 'TCP';
    const side = toServer ? 'client' : 'server';
    const before = transport === 'UDP' ? new Uint8Array(0) : this.#streams[side];
    const stream = Buffer.concat([before, bytes]);
    this.#streams[side] = stream;
    const ends = [
      { ip: '10.0.0.1', port: 40_000 },
      { ip: '10.0.0.2', port: 80 },
    ] as const;
    const matches = this.#set.inspect({
      timeMs: this.timeMs,
      transport,
      source: toServer ? ends[0] : ends[1],
      destination: toServer ? ends[1] : ends[0],
      toServer,
      established: transport === 'TCP',
      payload: bytes,
      payloadBytes: bytes.length,
      stream,
      offset: before.length,
      facts,
      protocols: this.#protocols,
      memory: this.memory,
      ...this.#over,
      ...over,
    });
    return matches.map(({ sid }) => sid);
  }
}

/** Whether one rule matches one TCP payload that a client sends. */
export function matchesPayload(rule: string, payload: string | Uint8Array, options: RuleOptions = {}): boolean {
  return new Talk(ruleSet(rule, options)).client(payload).length === 1;
}

/** Whether one rule matches facts of what a client (or server) sends. */
export function matchesFacts(rule: string, ...facts: readonly ApplicationFacts[]): boolean {
  const talk = new Talk(ruleSet(rule));
  const isAnswer = facts.some(({ message }) => ['response', 'server-hello', 'certificate'].includes(message));
  return (isAnswer ? talk.server('', facts) : talk.client('', facts)).length === 1;
}
