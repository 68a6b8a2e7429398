import { type Detector, type DetectorStatus, detectors, nearestName } from '@netguard/core';
import type { NodeState } from '../state/node-state.ts';
import type { DetectorView, NamespaceView } from './api-types.ts';

const NOTHING: Omit<DetectorStatus, 'id' | 'mode' | 'parameters' | 'namespaces'> = {
  errors: 0,
  yielded: 0,
  suppressed: 0,
  entries: 0,
  capacity: 0,
  evicted: 0,
};

/** Every detector with how it runs, by id. Before the first word of the Worker none is known to run. */
export function detectorViews(state: NodeState): DetectorView[] {
  const running = new Map(state.detectors.map((status) => [status.id, status]));
  const namespaces = new Set<string>();
  for (const { endpoint } of state.pods.rows())
    if (endpoint.namespace !== undefined) namespaces.add(endpoint.namespace);
  return detectors
    .map((detector) => detectorView(detector, running.get(detector.id), namespaces))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function detectorView(
  detector: Detector,
  status: DetectorStatus | undefined,
  known: ReadonlySet<string>,
): DetectorView {
  const { id, category, description, mitre, yieldsTo = [] } = detector;
  const { id: _, mode, parameters = {}, namespaces = {}, ...counts } = { ...NOTHING, mode: null, ...status };
  return {
    id,
    category,
    description,
    mitre,
    yieldsTo: yieldsTo.map(({ rule }) => rule),
    mode,
    defaultMode: detector.default,
    parameters: Object.fromEntries(
      Object.entries(detector.parameters).map(([name, declared]) => [
        name,
        { ...declared, value: parameters[name] ?? declared.default },
      ]),
    ),
    namespaces: Object.fromEntries(
      Object.entries(namespaces).map(([name, own]): [string, NamespaceView] => {
        const isKnown = known.has(name);
        const perhaps = isKnown ? undefined : nearestName(name, known);
        return [name, { ...own, isKnown, ...(perhaps === undefined ? {} : { perhaps }) }];
      }),
    ),
    ...counts,
  };
}
