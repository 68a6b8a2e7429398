import type { SeriesFamily } from './types.ts';

export interface MergedFamilies {
  readonly families: readonly SeriesFamily[];
  /** Names of metrics that another program has as another type: they are left out. */
  readonly conflicts: readonly string[];
}

/** The families of several programs as one exposition may have them: each name once. Samples carry the label `program`. */
export function mergeFamilies(programs: readonly (readonly SeriesFamily[])[]): MergedFamilies {
  const byName = new Map<string, SeriesFamily>();
  const conflicts = new Set<string>();
  for (const family of programs.flat()) {
    const known = byName.get(family.name);
    if (known === undefined) byName.set(family.name, family);
    else if (known.type !== family.type) conflicts.add(family.name);
    else byName.set(family.name, { ...known, samples: [...known.samples, ...family.samples] });
  }
  return { families: [...byName.values()], conflicts: [...conflicts] };
}
