import type { Observation } from '../observation.ts';
import { CONNECTION_CLASSES, type ConnectionClass, connectionClass } from './connection-class.ts';
import type { DetectorContext } from './context.ts';
import type { Reader, Who } from './detector.ts';
import type { RunningDetector } from './running-detector.ts';

interface Observer {
  observe(observation: Observation, who: Who): void;
}

/** The detectors that share a reader. */
class Readers implements Observer {
  readonly detectors: RunningDetector[] = [];
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  observe(observation: Observation, who: Who): void {
    try {
      if (this.#reader.read(observation, who) === undefined) return;
    } catch (error) {
      for (const detector of this.detectors) detector.fail(error);
      return;
    }
    for (const detector of this.detectors) detector.observe(observation, who);
  }
}

const READ: ReadonlySet<Observation['kind']> = new Set(['connection', 'datagrams', 'probe', 'denial']);

/** Who is told of an observation: by its kind and, of connections, by their class. */
export class Dispatch {
  readonly #byKind = new Map<Observation['kind'], Observer[]>();
  readonly #byClass: readonly Observer[][];

  /** @param detectors those that are on. */
  constructor(detectors: readonly RunningDetector[], context: DetectorContext) {
    this.#byClass = CONNECTION_CLASSES.map((of) => observers(detectors, context, 'connection', of));
    for (const kind of KINDS) this.#byKind.set(kind, observers(detectors, context, kind));
  }

  observe(observation: Observation, who: Who): void {
    const told =
      observation.kind === 'connection'
        ? this.#byClass[connectionClass(observation, who)]
        : this.#byKind.get(observation.kind);
    for (const observer of told ?? []) observer.observe(observation, who);
  }
}

const KINDS: readonly Observation['kind'][] = [
  'datagrams',
  'datagram-total',
  'listener',
  'syn-source',
  'drop',
  'probe',
  'denial',
  'application',
  'signature',
  'program',
  'loss',
];

function observers(
  detectors: readonly RunningDetector[],
  context: DetectorContext,
  kind: Observation['kind'],
  of?: ConnectionClass,
): Observer[] {
  const told: Observer[] = [];
  const readers = new Map<Reader, Readers>();
  for (const running of detectors) {
    const { observes, observesConnection, reads } = running.detector;
    if (!(observes?.includes(kind) ?? true)) continue;
    if (of !== undefined && !(observesConnection?.(of) ?? true)) continue;
    const reader = READ.has(kind) ? reads?.(context) : undefined;
    if (reader === undefined) {
      told.push(running);
      continue;
    }
    let shared = readers.get(reader);
    if (shared === undefined) {
      shared = new Readers(reader);
      readers.set(reader, shared);
      told.push(shared);
    }
    shared.detectors.push(running);
  }
  return told;
}
