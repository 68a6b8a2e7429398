import type { TopSource } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { NameAddress } from '../context.ts';
import { isNamed, type KnownSources } from '../known-sources.ts';
import type { ListenerState } from './listener-state.ts';
import { SOURCE_GONE_MS } from './source-tally.ts';

/** So many loud sources can be named; more of them are a distributed flood. */
const FEW = 3;
const MAX_TOP = 10;
const MIN_SAMPLES = 4;

/**
 * Who a flood of `rate` SYNs a window at `atMs` is from: the loudest source when a few make up at least half of it, else
 * null (spoofed or distributed). Decided once, at opening. The kernel's count is of sources over their limit; its samples
 * are the last SYNs as they came, so their shares are an estimate of everybody's.
 */
export function floodSource(
  state: ListenerState,
  rate: number,
  atMs: number,
  known: KnownSources,
  name: NameAddress,
): Endpoint | null {
  const loudest = state.tallies.loudest().filter((tally) => Math.abs(tally.lastMs - atMs) <= SOURCE_GONE_MS);
  const first = loudest[0];
  let syns = 0;
  for (const tally of loudest.slice(0, FEW)) syns += tally.syns;
  if (first !== undefined && syns * 2 >= rate) return name(first.ip);
  const sampled = mostSampled(state.last?.sampleSources ?? []);
  if (sampled === undefined) return null;
  if (loudest.some((tally) => tally.ip === sampled.ip)) return name(sampled.ip);
  // A busy client that is being served may be what the samples show of a flood from elsewhere.
  return sampled.share < 1 && known.hasCompleted(sampled.ip, atMs) ? null : name(sampled.ip);
}

/** The source of at least half of the samples, if there are enough of them to say so. */
function mostSampled(samples: readonly string[]): { ip: string; share: number } | undefined {
  if (samples.length < MIN_SAMPLES) return undefined;
  const counts = new Map<string, number>();
  for (const ip of samples) {
    const count = (counts.get(ip) ?? 0) + 1;
    counts.set(ip, count);
  }
  for (const [ip, count] of counts) if (count * 2 >= samples.length) return { ip, share: count / samples.length };
  return undefined;
}

/** The loudest sources met during this flood: by the kernel's count where it gave one, else by how often they were sampled. */
export function topSources(state: ListenerState, name: NameAddress): TopSource[] {
  const top: TopSource[] = [];
  const met = new Set<string>();
  for (const tally of state.tallies.loudest().slice(0, MAX_TOP)) {
    met.add(tally.ip);
    top.push(topSource(tally.ip, tally.syns, name));
  }
  for (const { key, count } of state.top.top(MAX_TOP)) {
    if (top.length >= MAX_TOP) break;
    if (!met.has(key)) top.push(topSource(key, count, name));
  }
  return top;
}

function topSource(ip: string, count: number, name: NameAddress): TopSource {
  const endpoint = name(ip);
  return isNamed(endpoint) ? { ip, name: endpointName(endpoint), count } : { ip, count };
}
