import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { NameAddress } from '../context.ts';
import type { Measure } from './judgement.ts';
import type { LoginPair } from './login-pair.ts';
import type { LoginTarget } from './login-target.ts';

export const BRUTE_FORCE_MITRE: readonly Mitre[] = [{ tactic: 'credential-access', technique: 'T1110' }];

const HIGH_FACTOR = 10;
const TOP = 10;

/** Moves the pair's reported count on. */
export function pairFinding(pair: LoginPair, measure: Measure, isShared: boolean): Finding {
  const source = endpointName(pair.source);
  const where = place(pair.target);
  const hasSucceeded = !Number.isNaN(pair.succeededMs);
  const count = pair.unreported;
  pair.unreported = 0;
  return {
    rule: 'brute-force',
    category: 'unauthorized-access',
    severity: severity(measure, hasSucceeded),
    confidence: isShared ? Math.min(0.5, confidence(measure)) : confidence(measure),
    title: `Login guessing by ${source} at ${where} (${pair.shape.service})`,
    description:
      `${source} had ${measure.counts.sessions} sessions with ${where} in ${minutes(measure.windowMs)} that look like refused ` +
      `logins, ${percent(measure.alikeShare)} of them alike: about ${measure.counts.guesses} guesses.` +
      (hasSucceeded ? ' Then a session went on longer than the others: a guess may have been right.' : '') +
      (isShared ? ' Many clients may share this address.' : ''),
    source: pair.source,
    target: pair.target,
    sinceMs: pair.sinceMs,
    count,
    evidence: {
      ...evidence(measure, pair.shape.service, pair.target.port ?? 0),
      ...(hasSucceeded ? { mayHaveSucceeded: true } : undefined),
      ...(pair.isKnown ? { isUsual: true } : undefined),
      ...(isShared ? { sharedSource: true } : undefined),
    },
    mitre: BRUTE_FORCE_MITRE,
    suggestion: suggestion(pair.source, pair.target, pair.shape.service, hasSucceeded),
  };
}

/** Moves the target's reported count on. */
export function distributedFinding(target: LoginTarget, measure: Measure, name: NameAddress): Finding {
  const where = place(target.target);
  const sources = target.distinctSources;
  const top = target.topSources(TOP).map(({ ip, count }) => ({ ip, name: endpointName(name(ip)), count }));
  const count = target.unreported;
  target.unreported = 0;
  return {
    rule: 'brute-force',
    category: 'unauthorized-access',
    severity: severity(measure, false),
    confidence: confidence(measure),
    title: `Login guessing by about ${sources} sources at ${where} (${target.service})`,
    description:
      `About ${sources} outside addresses had ${measure.counts.sessions} sessions with ${where} in ` +
      `${minutes(measure.windowMs)} that look like refused logins, ${percent(measure.alikeShare)} of them alike; none of them ` +
      'did most of it.',
    source: null,
    sources: { distinctEstimate: sources, top },
    target: target.target,
    sinceMs: target.sinceMs,
    count,
    evidence: {
      ...evidence(measure, target.service, target.target.port ?? 0),
      distinctSources: sources,
      largestShare: round2(target.largestShare),
    },
    mitre: BRUTE_FORCE_MITRE,
    suggestion:
      `Do not let ${where} be reached from everywhere: allow the addresses that need it (NetworkPolicy ipBlock, ` +
      'loadBalancerSourceRanges, a VPN), and log in with keys instead of passwords.',
  };
}

function evidence(measure: Measure, service: string, port: number) {
  return {
    observed: measure.observed,
    threshold: measure.threshold,
    unit: measure.unit,
    windowMs: measure.windowMs,
    service,
    port,
    sessions: measure.counts.sessions,
    guessesEstimate: measure.counts.guesses,
    otherSessions: measure.counts.successes,
    alikeShare: round2(measure.alikeShare),
  };
}

function severity({ observed, threshold }: Measure, hasSucceeded: boolean): Severity {
  return hasSucceeded || observed >= HIGH_FACTOR * threshold ? 'high' : 'medium';
}

/** 0.6 at the threshold with half of the sessions alike; 0.95 for many that are all the same. */
function confidence({ observed, threshold, alikeShare, guessShare }: Measure): number {
  const excess = Math.min(1, Math.log10(observed / threshold + 1e-9) / 0.7);
  return round2(Math.min(0.95, 0.45 + 0.2 * alikeShare + 0.1 * guessShare + 0.2 * Math.max(0, excess)));
}

function suggestion(source: Endpoint, target: Endpoint, service: string, hasSucceeded: boolean): string {
  const where = place(target);
  const first = hasSucceeded ? `Look at the logins of the last minutes in ${where}’s own log now. ` : '';
  const isOurs = source.workload !== undefined || source.pod !== undefined;
  const deny = isOurs
    ? `Look at what runs in ${endpointName(source)}, and deny it ${service} to ${where} with a NetworkPolicy: it may be compromised.`
    : `Block ${source.ip} (firewall, NetworkPolicy ipBlock exception), or do not expose ${where} to it.`;
  return `${first}${deny} If it is meant to log in so often, let it use a key or keep its connection open.`;
}

function place(target: Endpoint): string {
  return `${endpointName(target)}:${target.port ?? 0}`;
}

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} min`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
