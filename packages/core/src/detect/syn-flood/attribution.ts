import type { TopSource } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { NameAddress } from '../context.ts';
import { isNamed, type KnownSources } from '../known-sources.ts';
import type { Measure } from './judgement.ts';
import type { ListenerState } from './listener-state.ts';
import { SOURCE_GONE_MS } from './source-tally.ts';

/** So many loud sources can be named; more of them are a distributed flood. */
const FEW = 3;
const MAX_TOP = 10;
const MIN_SAMPLES = 4;

/**
 * Who a flood of `rate` SYNs a window at `atMs` is from: the loudest source when a few make up at least half of it, else
 * null (spoofed or distributed). Decided once, at opening. The kernel's count is of sources over their limit in one of its
 * windows; its samples are SYNs as they came, so their shares are an estimate of everybody's, also across windows.
 */
export function floodSource(
  state: ListenerState,
  rate: number,
  measure: Measure,
  atMs: number,
  known: KnownSources,
  name: NameAddress,
): Endpoint | null {
  const loudest = state.tallies.loudest().filter((tally) => Math.abs(tally.lastMs - atMs) <= SOURCE_GONE_MS);
  const first = loudest[0];
  let syns = 0;
  for (const tally of loudest.slice(0, FEW)) syns += tally.syns;
  if (first !== undefined && syns * 2 >= rate) return name(first.ip);
  const sampled = mostSampled(state);
  if (sampled === undefined) return null;
  if (loudest.some((tally) => tally.ip === sampled.ip) || sampled.share === 1) return name(sampled.ip);
  // A busy client that is being served may be what the samples show of a flood from elsewhere. But were all handshakes that
  // completed its own, what is left of its SYNs would still be most of those that failed.
  const failed = 1 - measure.completionRatio;
  const isMostOfFailed = (sampled.share - measure.completionRatio) * 2 >= failed;
  return known.hasCompleted(sampled.ip, atMs) && !isMostOfFailed ? null : name(sampled.ip);
}

/** The source of at least half of the samples, if there are enough of them to say so. */
function mostSampled({ sampled }: ListenerState): { ip: string; share: number } | undefined {
  const first = sampled.top(1)[0];
  if (first === undefined || sampled.samples < MIN_SAMPLES) return undefined;
  const share = (first.count - first.error) / sampled.samples;
  return share >= 0.5 ? { ip: first.key, share } : undefined;
}

/**
 * The loudest sources of this flood, each with its first SYNs since it began: by its share of the samples, and not less than
 * what the kernel counted of it.
 */
export function topSources(state: ListenerState, floodSyns: number, name: NameAddress): TopSource[] {
  const counts = new Map<string, number>();
  const { sampled } = state;
  for (const { key, count, error } of sampled.top(MAX_TOP)) {
    const share = (count - error) / Math.max(1, sampled.samples);
    if (share > 0) counts.set(key, Math.max(1, Math.round(share * floodSyns)));
  }
  for (const { ip, total } of state.tallies.values()) counts.set(ip, Math.max(total, counts.get(ip) ?? 0));
  return [...counts]
    .sort(([ipA, a], [ipB, b]) => b - a || (ipA < ipB ? -1 : 1))
    .slice(0, MAX_TOP)
    .map(([ip, count]) => topSource(ip, count, name));
}

function topSource(ip: string, count: number, name: NameAddress): TopSource {
  const endpoint = name(ip);
  return isNamed(endpoint) ? { ip, name: endpointName(endpoint), count } : { ip, count };
}
