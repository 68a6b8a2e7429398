import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

type Kind = 'prog' | 'map' | 'link';

/** Ids of BPF programs, maps and links. The kernel never gives one out twice. */
export type KernelObjects = Readonly<Record<Kind, ReadonlySet<number>>>;

/** What a process holds open, by its file descriptors. */
export function objectsOf(pid: number): KernelObjects {
  const found = { prog: new Set<number>(), map: new Set<number>(), link: new Set<number>() };
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    let info: string;
    try {
      info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
    } catch {
      continue; // closed meanwhile
    }
    for (const [, kind, id] of info.matchAll(/^(prog|map|link)_id:\s*(\d+)$/gm)) found[kind as Kind].add(Number(id));
  }
  return found;
}

/** Those of them that the kernel still has, one line each. */
export function remaining(objects: KernelObjects): string[] {
  return (Object.keys(objects) as Kind[]).flatMap((kind) => {
    // A program that is going while it is listed makes bpftool complain and end with a status; what it listed is good.
    const listed = new Set(list(kind));
    return [...objects[kind]].filter((id) => listed.has(id)).map((id) => `${kind} ${id}`);
  });
}

function list(kind: Kind): number[] {
  const text = execFileSync('bpftool', ['-j', kind, 'show'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (JSON.parse(text) as { id: number }[]).map(({ id }) => id);
}

/** Waits until the kernel has none of them any more. */
export async function assertGone(objects: KernelObjects, withinMs = 10_000): Promise<void> {
  let left: string[] = [];
  await until(
    'every program, map and link is gone',
    () => {
      left = remaining(objects);
      return left.length === 0;
    },
    { withinMs, everyMs: 30 },
  ).catch((error: unknown) => assert.deepEqual(left, [], String(error)));
}

/** Fails unless these are what a watching NetGuard holds: else "nothing is left" would say nothing. */
export function assertWatching(objects: KernelObjects): void {
  for (const kind of ['prog', 'map', 'link'] as const)
    assert.ok(objects[kind].size >= 5, `holds ${objects[kind].size} ${kind}s`);
}
