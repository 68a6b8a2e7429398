/** Services as they are told on: with what the slices of each say is ready behind it. */
import type { ServiceEndpoints, ServiceIdentity } from '../identify/identity-file.ts';
import { PendingChanges } from './pending-changes.ts';
import type { RawObject } from './raw-object.ts';
import type { ObjectSink } from './resource-watch.ts';
import { namespacedName, type TrimmedSlice, trimService, trimSlice } from './trim-service.ts';

export class ServiceBook {
  readonly changes = new PendingChanges<ServiceIdentity>();
  readonly services: ObjectSink;
  readonly slices: ObjectSink;
  readonly #onChange: () => void;
  readonly #byName = new Map<string, ServiceIdentity>();
  readonly #sliceByName = new Map<string, TrimmedSlice>();
  /* `namespace/name` of a service → its slices. */
  readonly #slicesOf = new Map<string, Set<string>>();
  readonly #touched = new Set<string>();
  /* Until all slices were told, pods are found by the selector. */
  #hasSlices = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.services = this.#serviceSink();
    this.slices = this.#sliceSink();
  }

  /** Puts together what was touched; call it before `changes.take`. */
  compose(): void {
    for (const name of this.#touched) {
      const service = this.#byName.get(name);
      if (service === undefined) this.changes.remove(name);
      else this.changes.put(name, this.#hasSlices ? { ...service, endpoints: this.#endpointsOf(name) } : service);
    }
    this.#touched.clear();
  }

  #endpointsOf(name: string): ServiceEndpoints[] {
    const slices = [...(this.#slicesOf.get(name) ?? [])].sort();
    return slices.flatMap((slice) => this.#sliceByName.get(slice)?.endpoints ?? []);
  }

  #touch(name: string): void {
    this.#touched.add(name);
    this.#onChange();
  }

  #serviceSink(): ObjectSink {
    const remove = (name: string) => {
      if (this.#byName.delete(name)) this.#touch(name);
    };
    return {
      put: (object: RawObject) => {
        const [name, service] = [namespacedName(object), trimService(object)];
        if (name === undefined || service === undefined) return undefined;
        this.#byName.set(name, service);
        this.#touch(name);
        return name;
      },
      remove: (object) => remove(namespacedName(object) ?? ''),
      retain: (names) => {
        for (const name of this.#byName.keys()) if (!names.has(name)) remove(name);
      },
      size: () => this.#byName.size,
    };
  }

  #sliceSink(): ObjectSink {
    return {
      put: (object) => {
        const name = namespacedName(object);
        if (name === undefined) return undefined;
        this.#removeSlice(name);
        const slice = trimSlice(object);
        if (slice !== undefined) this.#addSlice(name, slice);
        return name;
      },
      remove: (object) => this.#removeSlice(namespacedName(object) ?? ''),
      retain: (names) => {
        for (const name of this.#sliceByName.keys()) if (!names.has(name)) this.#removeSlice(name);
        if (this.#hasSlices) return;
        this.#hasSlices = true;
        for (const name of this.#byName.keys()) this.#touch(name);
      },
      size: () => this.#sliceByName.size,
    };
  }

  #addSlice(name: string, slice: TrimmedSlice): void {
    this.#sliceByName.set(name, slice);
    const slices = this.#slicesOf.get(slice.service);
    if (slices === undefined) this.#slicesOf.set(slice.service, new Set([name]));
    else slices.add(name);
    this.#touch(slice.service);
  }

  #removeSlice(name: string): void {
    const slice = this.#sliceByName.get(name);
    if (slice === undefined) return;
    this.#sliceByName.delete(name);
    const slices = this.#slicesOf.get(slice.service);
    slices?.delete(name);
    if (slices?.size === 0) this.#slicesOf.delete(slice.service);
    this.#touch(slice.service);
  }
}
