import type { Severity } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { Sighting } from './sighting.ts';

/** A workload, and one entry of a list that it has to do with. */
export class ListedContact {
  readonly key: string;
  readonly source: Endpoint;
  readonly sourceKey: string;
  readonly target: Endpoint | null;
  readonly first: Sighting;
  readonly sinceMs: number;
  lastMs: number;
  contacts = 0;
  unreported = 0;
  established = false;
  comm = '';

  constructor(
    key: string,
    source: Endpoint,
    sourceKey: string,
    target: Endpoint | null,
    first: Sighting,
    timeMs: number,
  ) {
    this.key = key;
    this.source = source;
    this.sourceKey = sourceKey;
    this.target = target;
    this.first = first;
    this.sinceMs = timeMs;
    this.lastMs = timeMs;
  }

  add({ established }: Sighting, timeMs: number): void {
    this.lastMs = Math.max(this.lastMs, timeMs);
    this.contacts++;
    this.unreported++;
    this.established ||= established;
  }

  /** A list that says nothing of it lists what no workload should talk to. */
  get severity(): Severity {
    return this.first.hit.severity ?? 'high';
  }
}
