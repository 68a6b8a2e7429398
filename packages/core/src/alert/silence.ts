import { formatTime } from '../rfc3339.ts';
import { anchoredRegex } from './anchored-regex.ts';
import {
  checkMatcher,
  MATCHER_HINT,
  type Matcher,
  matcherText,
  parseMatcher,
  silenceError,
} from './silence-matcher.ts';

export type SilenceState = 'pending' | 'active' | 'expired';

/** Alertmanager's shape, and where it was made. Times are RFC 3339. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: string;
  /** There always is an end: what is silent for ever is forgotten. */
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** One of the configuration is changed there. */
  readonly origin: 'api' | 'configuration';
}

/** What somebody asks for, not checked yet. Times are epoch milliseconds. */
export interface SilenceRequest {
  /** Text (`rule=port-scan`) or Alertmanager's objects; all must hold. */
  readonly matchers: readonly (string | Matcher)[];
  readonly startsMs?: number | undefined;
  readonly endsMs?: number | undefined;
  readonly createdBy: string;
  readonly comment: string;
}

const DAY_MS = 86_400_000;
export const LONGEST_SILENCE_MS = 366 * DAY_MS;
const MOST_MATCHERS = 20;
/** Values as alerts have them: an expression that matches all of a label's leaves nothing out. */
const RULES = ['syn-flood', 'port-scan', 'new-edge', 'beacon', 'sensitive-endpoint', 'dga'];
const ADDRESSES = ['10.0.0.1', '198.51.100.7', '2001:db8::1'];
const NAMES = ['x', 'web', 'web-7d4f9', 'kube-system', 'node-exporter-x7k2p'];
/** These have the same value in all alerts of an agent. */
const EVERYWHERE: ReadonlySet<string> = new Set(['cluster', 'node']);
const SCALES: Readonly<Record<string, readonly string[]>> = {
  rule: RULES,
  alertname: RULES,
  ip: ADDRESSES,
  source_ip: ADDRESSES,
  target_ip: ADDRESSES,
  severity: ['low', 'medium', 'high', 'critical'],
  category: ['flood', 'scan', 'unauthorized-access', 'malware', 'exfiltration', 'anomaly', 'health'],
};

/** The silence that a request asks for. Throws NG_ERR_SILENCE with what to do. */
export function newSilence(request: SilenceRequest, id: string, origin: Silence['origin'], nowMs: number): Silence {
  const matchers = request.matchers.map((one) => (typeof one === 'string' ? parseMatcher(one) : checkMatcher(one)));
  checkMatchers(matchers);
  const { endsMs } = request;
  // One of the configuration that is over stays over; it must not keep the process from starting.
  const asRead = origin === 'configuration' && endsMs !== undefined ? Math.min(nowMs, endsMs - 1) : nowMs;
  const startsMs = request.startsMs ?? asRead;
  checkTimes(startsMs, endsMs, origin === 'api' ? nowMs : Number.NEGATIVE_INFINITY);
  const now = formatTime(nowMs);
  return {
    id,
    matchers,
    startsAt: formatTime(startsMs),
    endsAt: formatTime(endsMs),
    createdBy: saidText(request.createdBy, 'who makes it', 'an author', 100),
    comment: saidText(request.comment, 'why', 'a comment', 1000),
    createdAt: now,
    updatedAt: now,
    origin,
  };
}

export function silenceState({ startsAt, endsAt }: Silence, nowMs: number): SilenceState {
  if (Date.parse(endsAt) <= nowMs) return 'expired';
  return Date.parse(startsAt) <= nowMs ? 'active' : 'pending';
}

/** All matchers as one line: `rule=port-scan namespace=shop`. */
export function matchersText(matchers: readonly Matcher[]): string {
  return matchers.map(matcherText).join(' ');
}

function checkMatchers(matchers: readonly Matcher[]): void {
  if (matchers.length === 0) throw silenceError('it says nothing of which alerts', MATCHER_HINT);
  if (matchers.length > MOST_MATCHERS) throw silenceError(`it has more than ${MOST_MATCHERS} matchers`);
  if (matchers.some(narrows)) return;
  throw silenceError(
    `${matchersText(matchers)} matches every alert`,
    'Add what it is about, such as rule=port-scan or namespace=shop. To switch a detector off, set detectors.<id>.mode.',
  );
}

/** Whether a matcher picks something out. What only leaves something out (`!=`) does not. */
function narrows({ name, value, isRegex, isEqual }: Matcher): boolean {
  if (!isEqual || EVERYWHERE.has(name)) return false;
  if (!isRegex) return value !== '';
  const regex = anchoredRegex(value);
  const scale = SCALES[name] ?? NAMES;
  return !regex.test('') && !scale.every((text) => regex.test(text));
}

function checkTimes(startsMs: number, endsMs: number | undefined, nowMs: number): asserts endsMs is number {
  if (endsMs === undefined)
    throw silenceError(
      'it has no end',
      'Say how long it is to last: --for 2h, or endsAt in the API and the configuration.',
    );
  if (!Number.isFinite(startsMs) || !Number.isFinite(endsMs)) throw silenceError('its times are none');
  if (endsMs <= startsMs) throw silenceError('it ends before it starts', 'Give an end after its start.');
  if (endsMs <= nowMs) throw silenceError('its end has passed', 'Give an end that lies ahead.');
  if (endsMs - startsMs > LONGEST_SILENCE_MS) {
    const days = LONGEST_SILENCE_MS / DAY_MS;
    throw silenceError(
      `it would last ${Math.round((endsMs - startsMs) / DAY_MS)} days`,
      `At most ${days} days: what is meant for ever is a setting, such as detectors.<id>.namespaces.<name>.`,
    );
  }
}

function saidText(text: string, what: string, name: string, most: number): string {
  const said = text.trim();
  if (said === '') throw silenceError(`it does not say ${what}`, `Give ${name}: others will ask.`);
  if (said.length > most) throw silenceError(`${name} has at most ${most} characters`);
  return said;
}
