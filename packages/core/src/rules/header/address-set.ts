import { parseAddress } from '../../address.ts';
import { Cidr } from '../../cidr.ts';
import { refuse } from '../problem.ts';
import type { ListExpression } from './list-expression.ts';
import { isOnlyNegated } from './port-set.ts';

type Test = (address: Uint8Array) => boolean;

const NO_ADDRESS = new Uint8Array(16);

/** Addresses of a rule's header. Remembers its last two answers: the ends of one sample are asked for by many rules. */
export class AddressSet {
  readonly isAny: boolean;
  readonly #test: Test;
  #newest = '';
  #newestAnswer = false;
  #older = '';
  #olderAnswer = false;

  private constructor(test: Test, isAny: boolean) {
    this.#test = test;
    this.isAny = isAny;
    this.#newestAnswer = this.#olderAnswer = test(NO_ADDRESS);
  }

  /** `any`, an address, a CIDR, `first-last`, lists and negations of them. @throws RuleRefusal */
  static of(expression: ListExpression): AddressSet {
    if (expression.kind === 'list' && isNothing(expression)) return refuse('header', 'no address is left');
    return new AddressSet(testOf(expression), expression.kind === 'any');
  }

  /** Whether it holds an address, given as text. */
  has(ip: string): boolean {
    if (this.isAny) return true;
    if (ip === this.#newest) return this.#newestAnswer;
    if (ip === this.#older) return this.#olderAnswer;
    this.#older = this.#newest;
    this.#olderAnswer = this.#newestAnswer;
    this.#newest = ip;
    this.#newestAnswer = this.#test(parseAddress(ip) ?? NO_ADDRESS);
    return this.#newestAnswer;
  }
}

function isNothing(expression: ListExpression): boolean {
  if (expression.kind !== 'list') return false;
  return expression.items.some(({ negated, item }) => (negated ? item.kind === 'any' : isNothing(item)));
}

function testOf(expression: ListExpression): Test {
  if (expression.kind === 'any') return () => true;
  if (expression.kind === 'item') return itemTest(expression.text);
  const wanted = expression.items
    .filter(({ negated, item }) => !negated && !isOnlyNegated(item))
    .map(({ item }) => testOf(item));
  const narrowed = expression.items
    .filter(({ negated, item }) => !negated && isOnlyNegated(item))
    .map(({ item }) => testOf(item));
  const excluded = expression.items.filter(({ negated }) => negated).map(({ item }) => testOf(item));
  return (address) =>
    (wanted.length === 0 || wanted.some((test) => test(address))) &&
    narrowed.every((test) => test(address)) &&
    !excluded.some((test) => test(address));
}

function itemTest(text: string): Test {
  const cidr = Cidr.parse(text);
  if (cidr !== undefined) return (address) => cidr.containsBytes(address, 0);
  const [first, last, ...more] = text.split('-').map((end) => parseAddress(end));
  if (first === undefined || last === undefined || more.length > 0) {
    return refuse('header', `${text.slice(0, 80)} is no address`);
  }
  return (address) => compare(address, first) >= 0 && compare(address, last) <= 0;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < 16; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return 0;
}
