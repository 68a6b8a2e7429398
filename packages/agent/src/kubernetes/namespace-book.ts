/** Namespaces as they are told on: with their labels, which selectors of policies ask for. */
import type { NamespaceIdentity } from '../identify/identity-file.ts';
import { labelsOf } from './labels.ts';
import { PendingChanges } from './pending-changes.ts';
import { objectName, type RawObject, record } from './raw-object.ts';
import type { ObjectSink } from './resource-watch.ts';

export class NamespaceBook implements ObjectSink {
  readonly changes = new PendingChanges<NamespaceIdentity>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  readonly size = (): number => this.changes.size;

  put({ metadata: value }: RawObject): string | undefined {
    const metadata = record(value);
    const name = objectName(metadata.name);
    if (name === undefined) return undefined;
    if (this.changes.put(name, { name, labels: labelsOf(metadata.labels) })) this.#onChange();
    return name;
  }

  remove({ metadata }: RawObject): void {
    if (this.changes.remove(objectName(record(metadata).name) ?? '')) this.#onChange();
  }

  retain(names: ReadonlySet<string>): void {
    if (this.changes.retain(names)) this.#onChange();
  }
}
