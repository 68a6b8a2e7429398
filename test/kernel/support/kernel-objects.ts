/** Which BPF programs, maps, links and types (BTF) a process holds, and which of them still exist. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export type KernelObject = `${'prog' | 'map' | 'link' | 'btf'} ${number}`;

/** By the descriptors of the process. */
export function heldBy(pid: number | 'self'): Set<KernelObject> {
  const held = new Set<KernelObject>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    } catch {
      continue;
    }
    for (const [, kind, id] of text.matchAll(/^(prog|map|link|btf)_id:\s*(\d+)$/gm))
      held.add(`${kind} ${id}` as KernelObject);
  }
  return held;
}

/** All that exist on this host. */
export function existing(): Set<KernelObject> {
  const found = new Set<KernelObject>();
  for (const kind of ['prog', 'map', 'link', 'btf'] as const) {
    const rows = JSON.parse(execFileSync('bpftool', ['-j', kind, 'show'], { maxBuffer: 64 << 20 }).toString()) as {
      id: number;
    }[];
    for (const { id } of rows) found.add(`${kind} ${id}`);
  }
  return found;
}

export function remaining(of: ReadonlySet<KernelObject>): KernelObject[] {
  const all = existing();
  return [...of].filter((each) => all.has(each));
}
