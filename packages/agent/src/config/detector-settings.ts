/** Checks `detectors:` against the detectors themselves: their ids, parameters and limits. */
import { type Detector, nearestName, type ParameterTable } from '@netguard/core';
import { type Locate, type Problem, shortText, unknownKey } from './problem.ts';
import type { DetectorSettings } from './schema.ts';
import { formatPath, type Path } from './schema-walk.ts';

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

/**
 * What an unknown key of a detector was meant to be, when it is a parameter or a namespace one level too high
 * (`detectors.syn-flood.windowMs`, `detectors.syn-flood.shop`); undefined when it is neither.
 */
export function misplacedInDetector(
  path: Path,
  input: unknown,
  declared: readonly DetectorDeclaration[],
): string | undefined {
  const [section, id, ...rest] = path.map(String);
  const key = rest.at(-1);
  if (section !== 'detectors' || key === undefined) return undefined;
  const isOfNamespace = rest.length === 3 && rest[0] === 'namespaces';
  if (rest.length !== 1 && !isOfNamespace) return undefined;
  const unknown = `unknown key ${JSON.stringify(formatPath(path))}`;
  const table = declared.find((detector) => detector.id === id)?.parameters ?? {};
  const parameter = Object.hasOwn(table, key) ? key : nearestName(key, Object.keys(table));
  const place = formatPath(path.slice(0, -1));
  if (parameter !== undefined) return `${unknown}: parameters stand one level deeper, ${place}.parameters.${parameter}`;
  const value = path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], input);
  if (isOfNamespace || typeof value !== 'object' || nearestName(key, KEYS) !== undefined) return undefined;
  return `${unknown}: namespaces stand one level deeper, ${place}.namespaces.${key}`;
}

const KEYS = ['mode', 'parameters', 'namespaces'];

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
