import { BpfError, ERRNO, errnoText } from './errors.ts';
import type { Pointer } from './ffi.ts';

/** Shared between a map and the object that owns it. */
export interface MapState {
  /** -1 until loaded. */
  fd: number;
  closed: boolean;
  /** libbpf's map; null for a map that belongs to no object. */
  readonly pointer: Pointer;
  /** What owns it, for messages. */
  readonly owner: string;
}

/** What other parts need of a map, whatever its types. */
export interface MapRef {
  readonly name: string;
  readonly type: number;
  readonly fd: number;
}

/** Which state a map is in, and the errors that follow from it. `verb` is as in "reading". */
export class MapHandle {
  readonly state: MapState;
  readonly name: string;

  constructor(name: string, state: MapState) {
    this.name = name;
    this.state = state;
  }

  /** The descriptor of a loaded map. */
  ready(verb: string): number {
    const { fd } = this.state;
    if (fd >= 0) return fd;
    throw this.#notNow(verb, 'the object is not loaded yet', 'Call load() first');
  }

  /** libbpf's map of an object that is not loaded yet. */
  unloaded(verb: string): Pointer {
    const { pointer, fd, closed } = this.state;
    if (pointer !== null && fd < 0 && !closed) return pointer;
    throw this.#notNow(verb, 'the map exists already', 'Do this between BpfObject.open() and load()');
  }

  doing(verb: string): string {
    return `${verb} map ${this.name}`;
  }

  /** Throws when a call answered with a negated errno. */
  check(verb: string, result: number): void {
    if (result < 0) throw new BpfError('LIBBPF_ERR_MAP', this.doing(verb), errnoText(-result), { errno: -result });
  }

  /** True for success, false for "no such key"; throws for the rest. */
  found(verb: string, result: number): boolean {
    if (result === 0) return true;
    if (result === -ERRNO.ENOENT) return false;
    throw new BpfError('LIBBPF_ERR_MAP', this.doing(verb), errnoText(-result), { errno: -result });
  }

  #notNow(verb: string, why: string, hint: string): BpfError {
    const { closed, owner } = this.state;
    if (closed) return new BpfError('LIBBPF_ERR_CLOSED', this.doing(verb), `${owner} was closed`);
    return new BpfError('LIBBPF_ERR_STATE', this.doing(verb), why, { hint });
  }
}
