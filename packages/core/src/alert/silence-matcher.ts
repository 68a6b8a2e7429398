import { NetGuardError } from '../error.ts';
import { nearestName } from '../nearest-name.ts';
import type { Alert } from './alert.ts';
import { ALERT_LABELS, labelValues } from './alert-labels.ts';
import { anchoredRegex } from './anchored-regex.ts';

/** As Alertmanager writes a matcher in JSON. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/su;
const MOST_CHARACTERS = 300;

/**
 * `rule=port-scan`, `namespace!=prod`, `workload=~"web|api"`, `source_ip!~10\..*`; a word alone is the name of a rule.
 * Throws NG_ERR_SILENCE.
 */
export function parseMatcher(text: string): Matcher {
  const match = MATCHER.exec(text);
  if (match === null) {
    if (/^[a-z][a-z0-9-]*$/u.test(text)) return { name: 'rule', value: text, isRegex: false, isEqual: true };
    throw silenceError(`${JSON.stringify(text)} is no matcher`, MATCHER_HINT);
  }
  const [, name = '', operator = '', value = ''] = match;
  return checkMatcher({
    name,
    value: unquote(value, text),
    isRegex: operator.endsWith('~'),
    isEqual: operator.startsWith('='),
  });
}

/** The matcher itself; throws NG_ERR_SILENCE for a label that no alert has, and for a value that cannot be matched. */
export function checkMatcher(matcher: Matcher): Matcher {
  const { name, value, isRegex } = matcher;
  if (!ALERT_LABELS.includes(name)) {
    const nearest = nearestName(name, ALERT_LABELS);
    const guess = nearest === undefined ? '' : `, did you mean ${nearest}?`;
    throw silenceError(`alerts have no label ${JSON.stringify(name)}${guess}`, `Labels are ${LABEL_LIST}.`);
  }
  if (value.length > MOST_CHARACTERS)
    throw silenceError(`the value of ${name} is longer than ${MOST_CHARACTERS} characters`);
  if (!isRegex) return matcher;
  try {
    anchoredRegex(value);
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
    throw silenceError(`${name}=~${JSON.stringify(value)} cannot be used: ${reason}`, REGEX_HINT);
  }
  return matcher;
}

/** As a person writes it: `workload=~"web|api"`; quotes only where a shell or a parser would need them. */
export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const operator = `${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}`;
  return `${name}${operator}${/^[\w.:/-]+$/u.test(value) ? value : JSON.stringify(value)}`;
}

/** The test that a matcher is: an alert has the value, or with `!` it has not. */
export function compileMatcher({ name, value, isRegex, isEqual }: Matcher): (alert: Alert) => boolean {
  const regex = isRegex ? anchoredRegex(value) : undefined;
  const test = (text: string): boolean => (regex === undefined ? text === value : regex.test(text));
  return (alert) => labelValues(alert, name).some(test) === isEqual;
}

/** A silence that is refused: why, and what to do. */
export function silenceError(why: string, hint?: string): NetGuardError {
  return new NetGuardError('NG_ERR_SILENCE', 'making the silence', {
    cause: why,
    ...(hint === undefined ? {} : { hint }),
  });
}

const LABEL_LIST = `${ALERT_LABELS.filter((name) => !/^(?:source|target)_/.test(name)).join(', ')}, and those of an end with source_ or target_ before them`;
export const MATCHER_HINT =
  'Write label=value, label!=value, label=~regex or label!~regex, such as rule=port-scan namespace=shop.';
const REGEX_HINT = 'The expression must match the whole value; use .* for anything, as in workload=~"web-.*".';

function unquote(value: string, text: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return JSON.parse(value) as string;
  } catch {
    throw silenceError(`the quotes in ${JSON.stringify(text)} do not close`, MATCHER_HINT);
  }
}
