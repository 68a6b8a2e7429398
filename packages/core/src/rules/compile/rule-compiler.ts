import type { BufferSlot, CompiledRule } from '../engine/compiled-rule.ts';
import { AddressSet } from '../header/address-set.ts';
import { parseListExpression } from '../header/list-expression.ts';
import { PortSet } from '../header/port-set.ts';
import { type RuleProtocol, ruleProtocol } from '../header/rule-protocol.ts';
import { RULE_LIMITS } from '../limits.ts';
import { RuleRefusal, refuse } from '../problem.ts';
import type { Dataset } from '../state/dataset.ts';
import type { Reputation } from '../state/reputation.ts';
import { parseRuleText, type RuleText } from '../syntax/rule-text.ts';
import type { RuleVariables } from '../syntax/variables.ts';
import { CLASS_PRIORITIES } from './classifications.ts';
import { finishRule } from './finish-rule.ts';
import type { KeywordContext } from './keyword.ts';
import { applyKeyword } from './keyword-table.ts';
import { type DraftBuffer, RuleDraft } from './rule-draft.ts';

export interface RuleCompilerOptions {
  readonly variables: RuleVariables;
  /** Classes beside the standard ones, or with other priorities. */
  readonly classes: Readonly<Record<string, number>>;
  readonly reputation: Reputation | undefined;
  readonly knowsLabels: boolean;
  /** Numbers (sid) of rules that are left out. */
  readonly disabled: ReadonlySet<number>;
  /** Text of a file that a rule names (data sets); undefined where there is none. */
  readonly readFile: ((path: string) => string | undefined) | undefined;
}

/** Where a rule was written. */
export interface RulePlace {
  readonly file: string;
  readonly line: number;
}

/** Compiles the rules of one set, one after the other; what they share (lists, buffers, data sets) is made once. */
export class RuleCompiler {
  /** Counted work so far, in the units of `RULE_LIMITS.work`. */
  work = 0;
  readonly slots = new Map<string, BufferSlot>();
  readonly #options: RuleCompilerOptions;
  readonly #classes: Readonly<Record<string, number>>;
  readonly #addresses = new Map<string, AddressSet>();
  readonly #ports = new Map<string, PortSet>();
  readonly #datasets = new Map<string, Dataset>();

  constructor(options: RuleCompilerOptions) {
    this.#options = options;
    this.#classes = { ...CLASS_PRIORITIES, ...options.classes };
  }

  /** @throws RuleRefusal */
  compile(text: string, place: RulePlace): CompiledRule {
    this.work += text.length;
    if (this.work > RULE_LIMITS.work) refuse('limit', 'compiling the rules before it took all that is allowed');
    const parsed = parseRuleText(text);
    const protocol = ruleProtocol(parsed.protocol);
    const draft = new RuleDraft();
    const context = this.#context(protocol);
    for (const { keyword, value, at } of parsed.options) {
      try {
        applyKeyword(draft, keyword, value, context);
      } catch (error) {
        if (error instanceof RuleRefusal && error.at === undefined)
          throw new RuleRefusal(error.keyword, error.message, at);
        throw error;
      }
    }
    this.work += draft.work;
    return finishRule(draft, {
      text: utf8(text),
      place,
      protocol,
      header: this.#header(parsed),
      priorityOf: (classType) => (Object.hasOwn(this.#classes, classType) ? this.#classes[classType] : undefined),
      slotOf: (buffer) => this.#slotOf(buffer),
    });
  }

  #header(parsed: RuleText): RuleHeader {
    const { action, direction } = parsed;
    if (!ACTIONS.includes(action)) refuse('header', `${action.slice(0, 40)} is no action`, 0);
    if (direction !== '->' && direction !== '<>') refuse('header', `${direction.slice(0, 40)} is no direction`, 0);
    return {
      isPass: action === 'pass',
      isBothWays: direction === '<>',
      source: this.#addressSet(parsed.source),
      sourcePorts: this.#portSet(parsed.sourcePorts),
      destination: this.#addressSet(parsed.destination),
      destinationPorts: this.#portSet(parsed.destinationPorts),
    };
  }

  #addressSet(text: string): AddressSet {
    const known = this.#addresses.get(text);
    if (known !== undefined) return known;
    const count = { items: 0 };
    const made = AddressSet.of(parseListExpression(text, this.#options.variables.addresses, 0, count));
    this.work += count.items;
    this.#addresses.set(text, made);
    return made;
  }

  #portSet(text: string): PortSet {
    const known = this.#ports.get(text);
    if (known !== undefined) return known;
    const count = { items: 0 };
    const made = PortSet.of(parseListExpression(text, this.#options.variables.ports, 0, count));
    this.work += count.items;
    this.#ports.set(text, made);
    return made;
  }

  #slotOf(buffer: DraftBuffer): BufferSlot | undefined {
    const { definition, transforms } = buffer;
    if (definition === undefined) return undefined;
    const key = [definition.name, ...transforms.map((transform) => transform.key)].join(' | ');
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    const slot: BufferSlot = { id: this.slots.size, key, definition, transforms };
    this.slots.set(key, slot);
    return slot;
  }

  #context(protocol: RuleProtocol): KeywordContext {
    const { reputation, knowsLabels } = this.#options;
    return {
      protocol,
      knowsLabels,
      dataset: (name, make) => this.#dataset(name, make),
      readFile: (keyword, path) => this.#readFile(keyword, path),
      reputationCategory: reputation === undefined ? undefined : (name) => reputation.category(name),
    };
  }

  #dataset(name: string, make: () => Dataset): Dataset {
    const known = this.#datasets.get(name);
    if (known !== undefined) return known;
    const made = make();
    this.#datasets.set(name, made);
    return made;
  }

  #readFile(keyword: string, path: string): string {
    const text = this.#options.readFile?.(path);
    if (text === undefined) return refuse(keyword, `its file ${path.slice(0, 200)} cannot be read`);
    this.work += text.length;
    return text;
  }
}

export interface RuleHeader {
  readonly isPass: boolean;
  readonly isBothWays: boolean;
  readonly source: AddressSet;
  readonly sourcePorts: PortSet;
  readonly destination: AddressSet;
  readonly destinationPorts: PortSet;
}

/** All but `pass` alert: NetGuard watches, it drops nothing. */
const ACTIONS: readonly string[] = ['alert', 'pass', 'drop', 'reject', 'rejectsrc', 'rejectdst', 'rejectboth'];

/** Rule files are read byte by byte; what people read of them is UTF-8. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
