import { type Alert, matcherText, subjectOf } from '@netguard/core';
import type { DetectorView } from '../client/api-types.ts';
import { safeText } from '../text/safe-text.ts';

/** What of a detector tuning reads: values in force where the alert was raised. */
export type TunedDetector = Pick<DetectorView, 'parameters' | 'namespaces'>;

export interface Tuning {
  /** The parameter that was exceeded, when it is known which. */
  readonly parameter?: string;
  /** Ready to be pasted: YAML for the configuration, or a command. */
  readonly lines: readonly string[];
  readonly kind: 'configuration' | 'silence';
}

/** Room above what was observed: the same thing a little stronger would alert again. */
const ROOM = 1.1;

/**
 * The narrowest change that would have kept this alert from being raised: the exceeded parameter just above what was
 * observed, in the namespace it was raised for; for a signature its rule. Where no parameter can do that, a silence that ends.
 */
export function tuningFor(alert: Alert, detector: TunedDetector | undefined): Tuning {
  const sid = signatureId(alert);
  if (sid !== undefined) return { kind: 'configuration', lines: ['rules:', `  disable: [${sid}]`] };
  const namespace = subjectOf(alert)?.namespace;
  const exceeded = detector === undefined ? undefined : exceededParameter(alert, detector, namespace);
  if (exceeded === undefined) return { kind: 'silence', lines: [silenceCommand(alert)] };
  const { name, value } = exceeded;
  const rule = yamlKey(alert.rule);
  const inner =
    namespace === undefined
      ? ['    parameters:', `      ${name}: ${value}`]
      : ['    namespaces:', `      ${yamlKey(namespace)}:`, '        parameters:', `          ${name}: ${value}`];
  return { kind: 'configuration', parameter: name, lines: ['detectors:', `  ${rule}:`, ...inner] };
}

/** The number of the rule that an alert of signatures speaks of. */
function signatureId({ evidence: { signature } }: Alert): number | undefined {
  if (typeof signature !== 'object' || signature === null || !('sid' in signature)) return undefined;
  return typeof signature.sid === 'number' ? signature.sid : undefined;
}

/** The value in force where the alert was raised. */
export function valueInForce(detector: TunedDetector, name: string, namespace: string | undefined): number | undefined {
  const own = namespace === undefined ? undefined : detector.namespaces[namespace]?.parameters[name];
  return own ?? detector.parameters[name]?.value;
}

/** The parameter whose value is the alert's threshold, as it is or as a rate over the window; `scale` leads from the one to the other. */
export function findExceeded(
  { evidence }: Alert,
  detector: TunedDetector,
  namespace: string | undefined,
): { readonly name: string; readonly scale: number } | undefined {
  const { threshold, parameter, windowMs, unit } = evidence;
  const raised = typeof evidence.raised === 'number' && threshold >= 1 ? evidence.raised : 1;
  const names = Object.keys(detector.parameters);
  const candidates = names.flatMap((name) => {
    const value = valueInForce(detector, name, namespace);
    if (value === undefined) return [];
    if (near(value * raised, threshold)) return [{ name, scale: raised }];
    const perSecond = 1000 / windowMs;
    return windowMs > 0 && near(Math.round(value * perSecond) * raised, threshold)
      ? [{ name, scale: perSecond * raised }]
      : [];
  });
  if (parameter !== undefined) {
    const named = candidates.find(({ name }) => name === parameter);
    return named ?? (names.includes(parameter) ? { name: parameter, scale: raised } : undefined);
  }
  const word = firstWord(unit);
  const sameUnit = candidates.filter(({ name }) => firstWord(detector.parameters[name]?.unit ?? '') === word);
  const fitting = sameUnit.length > 0 ? sameUnit : candidates;
  return fitting.length === 1 ? fitting[0] : undefined;
}

function exceededParameter(alert: Alert, detector: TunedDetector, namespace: string | undefined) {
  const found = findExceeded(alert, detector, namespace);
  const declared = found === undefined ? undefined : detector.parameters[found.name];
  if (found === undefined || declared === undefined) return undefined;
  const observed = alert.evidence.observed / found.scale;
  // Without the last digits, which are no more than how a computer multiplies.
  const wanted = Number((observed * ROOM).toPrecision(12));
  const isWhole = Number.isInteger(declared.default) && declared.maximum > 1;
  const value = isWhole ? Math.ceil(wanted) : Math.min(Math.ceil(wanted * 1000) / 1000, declared.maximum);
  const isEnough = value > observed && value <= declared.maximum;
  return isEnough && value >= declared.minimum ? { name: found.name, value } : undefined;
}

function silenceCommand(alert: Alert): string {
  const end = subjectOf(alert);
  const labels: readonly (readonly [string, string | undefined])[] = [
    ['rule', alert.rule],
    ['namespace', end?.namespace],
    ['workload', end?.workload?.name],
    ...(end?.workload === undefined ? ([['ip', end?.ip]] as const) : []),
    ...(alert.source !== null && alert.source !== end ? ([sourceLabel(alert.source)] as const) : []),
  ];
  const matchers = labels.flatMap(([name, value]) =>
    value ? [matcherText({ name, value: safeText(value), isRegex: false, isEqual: true })] : [],
  );
  const quoted = matchers.map((text) => (/^[\w=.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`));
  return `netguard silence add ${quoted.join(' ')} --for 7d --comment "false positive"`;
}

function sourceLabel({ workload, ip }: NonNullable<Alert['source']>): readonly [string, string | undefined] {
  return workload === undefined ? ['source_ip', ip] : ['source_workload', workload.name];
}

function yamlKey(name: string): string {
  return /^[a-zA-Z][\w-]*$/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(safeText(name));
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

function firstWord(text: string): string {
  return (/^[A-Za-z]+/.exec(text)?.[0] ?? '').toLowerCase().replace(/s$/, '');
}
