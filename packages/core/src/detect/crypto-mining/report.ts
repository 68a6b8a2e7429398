import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { MiningForm, MiningSession, PoolLookups } from './mining-session.ts';
import type { CryptoMiningParameters } from './parameters.ts';

/** Resource hijacking. */
export const CRYPTO_MINING_MITRE: readonly Mitre[] = [{ tactic: 'impact', technique: 'T1496' }];

const HTTPS = 443;
/** Of a wallet, what tells it from others. */
const LOGIN_LENGTH = 24;
const RANK: readonly MiningForm[] = ['suspect', 'shape', 'pool', 'stratum'];
const CONFIDENCE: Readonly<Record<MiningForm, number>> = { suspect: 0.1, shape: 0.4, pool: 0.8, stratum: 0.95 };

/** The finding about the conversations of one workload with one destination. Moves their reported counts on. */
export function sessionFinding(sessions: readonly MiningSession[], nowMs: number, p: CryptoMiningParameters): Finding {
  const worst = sessions.reduce((one, other) => (RANK.indexOf(other.form) > RANK.indexOf(one.form) ? other : one));
  const { form, source, target, serverName, method, login, agent } = worst;
  let [count, messages, bytes, sinceMs] = [0, 0, 0, worst.alarmSinceMs];
  for (const session of sessions) {
    count += session.unreported;
    session.unreported = 0;
    messages += session.messages;
    bytes += session.bytes;
    sinceMs = Math.min(sinceMs, session.alarmSinceMs);
  }
  const [from, to] = [endpointName(source), `${serverName ?? endpointName(target)}:${target.port ?? 0}`];
  const isShape = form === 'shape';
  const ageMs = worst.lastMs - worst.startMs;
  return {
    rule: 'crypto-mining',
    category: 'malware',
    severity: severityOf(worst),
    confidence: CONFIDENCE[form],
    title: isShape ? `${from} may mine cryptocurrency at ${to}` : `${from} mines cryptocurrency at ${to}`,
    description: describe(worst, from, to, ageMs),
    source,
    target,
    sinceMs,
    count,
    evidence: {
      observed: isShape ? ageMs : messages,
      threshold: isShape ? p.shapeMs : p.messages,
      unit: isShape ? 'ms' : 'messages',
      windowMs: Math.max(1, Math.round(nowMs - worst.startMs)),
      form,
      connections: sessions.length,
      bytes,
      ...(serverName !== undefined && { serverName }),
      ...(method !== undefined && { method }),
      ...(login !== undefined && { login: login.length > LOGIN_LENGTH ? `${login.slice(0, LOGIN_LENGTH)}…` : login }),
      ...(agent !== undefined && { agent }),
    },
    mitre: CRYPTO_MINING_MITRE,
    suggestion: `Look at the processor time of ${from} and for the program that it was not built with. Deny it egress to ${endpointName(target)} with a NetworkPolicy, keep the pod for inspection, and find out how the miner came in.`,
  };
}

/** The finding about a workload that asks for pools. Moves its reported count on. */
export function lookupFinding(asker: PoolLookups, p: CryptoMiningParameters): Finding {
  const count = asker.unreported;
  asker.unreported = 0;
  const from = endpointName(asker.source);
  const names = [...asker.names];
  return {
    rule: 'crypto-mining',
    category: 'malware',
    severity: 'low',
    confidence: 0.5,
    title: `${from} looks up mining pools`,
    description: `${from} asked ${asker.lookups} times for names of mining pools, such as ${names[0]}. No connection to one was seen.`,
    source: asker.source,
    target: asker.target,
    sinceMs: asker.sinceMs,
    count,
    evidence: {
      observed: asker.lookups,
      threshold: p.lookups,
      unit: 'look-ups',
      windowMs: Math.max(1, Math.round(asker.lastMs - asker.sinceMs)),
      form: 'lookup',
      names,
    },
    mitre: CRYPTO_MINING_MITRE,
    suggestion: `Look for a program in ${from} that it was not built with, and let the resolver refuse the names.`,
  };
}

function describe({ form, method, agent }: MiningSession, from: string, to: string, ageMs: number): string {
  if (form === 'shape') {
    return `${from} has kept a TLS connection to ${to}, a port of mining pools, for ${Math.round(ageMs / 60_000)} minutes, and exchanges little on it, as miners do.`;
  }
  if (form === 'pool') return `${from} opened TLS connections to ${to}, where a mining pool serves miners.`;
  const what = method === undefined ? '' : ` (${method}${agent === undefined ? '' : `, ${agent}`})`;
  return `${from} speaks Stratum${what}, the protocol of mining pools, with ${to}.`;
}

function severityOf({ form, target }: MiningSession): Severity {
  if (form === 'shape' || form === 'suspect') return 'low';
  return form === 'pool' && target.port === HTTPS ? 'medium' : 'high';
}
