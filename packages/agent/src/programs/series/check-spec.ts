/** Holds a YAML against the maps that the program really has. */
import type { Problem } from '../../config/problem.ts';
import { unknownKey } from '../../config/problem.ts';
import type { Path } from '../../config/schema-walk.ts';
import type { MapPlan } from './map-plan.ts';
import { sameMetrics } from './metric-names.ts';
import type { ProgramSpec } from './parse-spec.ts';

/** Every name of the YAML that stands for nothing, with its place and the nearest one. `events`: ring buffers. */
export function specProblems(spec: ProgramSpec, plans: readonly MapPlan[], events: readonly string[]): Problem[] {
  const unknown = (path: Path, known: readonly string[], what: string): Problem[] => {
    if (known.includes(String(path.at(-1)))) return [];
    return [{ where: spec.locate(path, 'key'), message: unknownKey(path, known, what) }];
  };
  const mapNames = plans.map(({ map }) => map.name);
  const ofEvents = Object.keys(spec.events).flatMap((name) => unknown(['events', name], events, 'ring buffer'));
  const ofMaps = Object.keys(spec.maps).flatMap((name) => {
    const plan = plans.find(({ map }) => map.name === name);
    if (plan === undefined) return unknown(['maps', name], mapNames, 'map');
    const path = ['maps', name];
    const labels = [...plan.keyMakers, ...plan.valueMakers].map(({ field }) => field);
    const { labels: named, samples, sumBy = [] } = plan.spec;
    return [
      ...Object.keys(named).flatMap((field) => unknown([...path, 'labels', field], labels, 'field of the key')),
      ...Object.keys(samples).flatMap((field) => {
        return unknown([...path, 'samples', field], plan.valueFields, 'field of the value');
      }),
      ...sumByProblems(plan, sumBy, spec, path),
      ...Object.keys(plan.spec.constLabels).flatMap((label): Problem[] => {
        if (!plan.families.some(({ labelNames }) => labelNames.includes(label))) return [];
        const where = spec.locate([...path, 'constLabels', label], 'key');
        return [{ where, message: `${label} is a label of the map already: rename or drop that one` }];
      }),
    ];
  });
  return [...ofMaps, ...ofEvents, ...sameMetrics(spec, plans)];
}

function sumByProblems(plan: MapPlan, sumBy: readonly string[], spec: ProgramSpec, path: Path): Problem[] {
  const makers = [...plan.keyMakers, ...plan.valueMakers];
  const known = [...makers.flatMap(({ names }) => names), ...plan.families.flatMap(({ keptInOther }) => keptInOther)];
  return sumBy.flatMap((label, index): Problem[] => {
    if (known.includes(label)) return [];
    const place = [...path, 'sumBy', index];
    return [{ where: spec.locate(place), message: unknownKey([label], [...new Set(known)], 'label') }];
  });
}
