import { readdirSync, readFileSync } from 'node:fs';

/** Pids of all processes below one, nearest first. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let level = parents.get(pid) ?? []; level.length > 0; level = level.flatMap((each) => parents.get(each) ?? []))
    found.push(...level);
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in parentheses may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
