/** Nodes as they are told on. A kubelet reports often; its names and addresses hardly ever change. */
import type { NodeIdentity } from '../identify/identity-file.ts';
import { PendingChanges } from './pending-changes.ts';
import type { RawObject } from './raw-object.ts';
import type { ObjectSink } from './resource-watch.ts';
import { nodeName, trimNode } from './trim-node.ts';

export class NodeBook implements ObjectSink {
  readonly changes = new PendingChanges<NodeIdentity>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  readonly size = (): number => this.changes.size;

  put(object: RawObject): string | undefined {
    const node = trimNode(object);
    if (node === undefined) return undefined;
    if (this.changes.put(node.name, node)) this.#onChange();
    return node.name;
  }

  remove(object: RawObject): void {
    if (this.changes.remove(nodeName(object) ?? '')) this.#onChange();
  }

  retain(names: ReadonlySet<string>): void {
    if (this.changes.retain(names)) this.#onChange();
  }
}
