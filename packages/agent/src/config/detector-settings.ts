/** Checks `detectors:` against the detectors themselves: their ids, parameters and limits. */
import type { Detector, ParameterTable } from '@netguard/core';
import { type Locate, type Problem, shortText, unknownKey } from './problem.ts';
import type { DetectorSettings } from './schema.ts';

/** What the checks need of a detector. */
export type DetectorDeclaration = Pick<Detector, 'id' | 'description' | 'default'> & {
  readonly parameters: ParameterTable;
};

export function detectorProblems(
  settings: Readonly<Record<string, DetectorSettings>>,
  declared: readonly DetectorDeclaration[],
  locate: Locate,
): Problem[] {
  const problems: Problem[] = [];
  const ids = declared.map((detector) => detector.id);
  for (const [id, setting] of Object.entries(settings)) {
    const path = ['detectors', id];
    const detector = declared.find((candidate) => candidate.id === id);
    if (!detector) {
      problems.push({ where: locate(path, 'key'), message: unknownKey(path, ids, 'detector') });
      continue;
    }
    problems.push(...parameterProblems([...path, 'parameters'], setting.parameters, detector.parameters, locate));
    for (const [namespace, override] of Object.entries(setting.namespaces)) {
      const place = [...path, 'namespaces', namespace, 'parameters'];
      problems.push(...parameterProblems(place, override.parameters, detector.parameters, locate));
    }
  }
  return problems;
}

function parameterProblems(
  path: readonly string[],
  values: Readonly<Record<string, number>>,
  table: ParameterTable,
  locate: Locate,
): Problem[] {
  return Object.entries(values).flatMap(([name, value]): Problem[] => {
    const place = [...path, name];
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!parameter)
      return [{ where: locate(place, 'key'), message: unknownKey(place, Object.keys(table), 'parameter') }];
    if (value >= parameter.minimum && value <= parameter.maximum) return [];
    const range = `between ${parameter.minimum} and ${parameter.maximum} ${parameter.unit}`;
    return [{ where: locate(place), message: `${place.join('.')}: must be ${range}, found ${shortText(value)}` }];
  });
}
