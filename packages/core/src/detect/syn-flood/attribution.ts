import type { TopSource } from '../../alert/alert.ts';
import { type Endpoint, endpointName } from '../../endpoint.ts';
import type { NameAddress } from '../detector.ts';
import { isNamed } from '../known-sources.ts';
import type { ListenerState } from './listener-state.ts';
import { SOURCE_GONE_MS } from './source-tally.ts';

/** So many loud sources can be named; more of them are a distributed flood. */
const FEW = 3;
const MAX_TOP = 10;

/**
 * Who a flood of `rate` SYNs a window at `atMs` is from: the loudest source when a few make up at least half of it, else
 * null (spoofed or distributed). Decided once, at opening. Sources below the kernel's limit show only in its samples.
 */
export function floodSource(state: ListenerState, rate: number, atMs: number, name: NameAddress): Endpoint | null {
  const samples = state.last?.sampleSources ?? [];
  const loudest = state.tallies.loudest().filter((tally) => Math.abs(tally.lastMs - atMs) <= SOURCE_GONE_MS);
  const first = loudest[0];
  if (first !== undefined) {
    let syns = 0;
    for (const tally of loudest.slice(0, FEW)) syns += tally.syns;
    const sampled = samples.filter((ip) => ip === first.ip).length;
    if (syns * 2 >= rate || (sampled > 1 && sampled * 2 >= samples.length)) return name(first.ip);
  }
  const newest = samples.at(-1);
  const areFew = new Set(samples).size <= FEW && (state.last?.distinctSources ?? 0) <= FEW + 0.5;
  return newest !== undefined && areFew ? name(newest) : null;
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
