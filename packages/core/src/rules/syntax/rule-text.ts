import { RULE_LIMITS } from '../limits.ts';
import { refuse } from '../problem.ts';

/** One option of a rule. */
export interface RuleOption {
  readonly keyword: string;
  /** What stands after the colon, without white space around it; undefined without a colon. */
  readonly value: string | undefined;
  /** Characters into the rule where the option begins. */
  readonly at: number;
}

/** A rule taken apart, nothing of it interpreted yet. */
export interface RuleText {
  readonly action: string;
  readonly protocol: string;
  readonly source: string;
  readonly sourcePorts: string;
  readonly direction: string;
  readonly destination: string;
  readonly destinationPorts: string;
  readonly options: readonly RuleOption[];
}

/** Takes a rule apart. @throws RuleRefusal */
export function parseRuleText(text: string): RuleText {
  if (text.length > RULE_LIMITS.ruleBytes) refuse('limit', `a rule of more than ${RULE_LIMITS.ruleBytes} bytes`, 0);
  const open = text.indexOf('(');
  if (open < 0) refuse('syntax', 'no options in brackets', text.length);
  const words = headerWords(text.slice(0, open));
  if (words.length !== 7) {
    refuse('header', `${words.length} words instead of action, protocol, address, port, direction, address, port`, 0);
  }
  const close = text.trimEnd().length - 1;
  if (text[close] !== ')') refuse('syntax', 'no closing bracket at the end', close);
  const [action, protocol, source, sourcePorts, direction, destination, destinationPorts] = words as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const options = parseOptions(text, open + 1, close);
  return { action, protocol, source, sourcePorts, direction, destination, destinationPorts, options };
}

/** Words parted by white space; lists in square brackets may hold white space. */
function headerWords(header: string): string[] {
  const words: string[] = [];
  let word = '';
  let depth = 0;
  for (const character of header) {
    if (character === '[') depth++;
    if (character === ']') depth--;
    if (/\s/.test(character)) {
      if (depth > 0) continue;
      if (word !== '') words.push(word);
      word = '';
    } else {
      word += character;
    }
  }
  if (word !== '') words.push(word);
  return words;
}

/** Options end with a semicolon that no backslash stands before, inside quotes too. */
function parseOptions(text: string, from: number, to: number): RuleOption[] {
  const options: RuleOption[] = [];
  for (let at = skipSpace(text, from); at < to; at = skipSpace(text, at)) {
    const end = endOfOption(text, at, to);
    if (end < 0) refuse(keywordAt(text, at, to), 'no semicolon at the end', at);
    if (options.length >= RULE_LIMITS.options) refuse('limit', `more than ${RULE_LIMITS.options} options`, at);
    const option = text.slice(at, end);
    const colon = option.indexOf(':');
    const keyword = (colon < 0 ? option : option.slice(0, colon)).trim();
    if (keyword !== '') options.push({ keyword, value: colon < 0 ? undefined : option.slice(colon + 1).trim(), at });
    at = end + 1;
  }
  return options;
}

function endOfOption(text: string, from: number, to: number): number {
  for (let at = text.indexOf(';', from); at >= 0 && at < to; at = text.indexOf(';', at + 1)) {
    if (text[at - 1] !== '\\') return at;
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

function keywordAt(text: string, at: number, to: number): string {
  return /^[\w.-]+/.exec(text.slice(at, Math.min(to, at + 64)))?.[0] ?? 'syntax';
}
