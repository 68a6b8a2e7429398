import type { BpfValue, Btf, BtfComposite } from '@netguard/libbpf';
import { type Convention, type FieldType, fieldType, type Meaning, meaningOf } from './conventions.ts';
import { SERIES_LIMITS } from './limits.ts';

/** A field that becomes a label or a sample: what it is, and how it is taken out of what libbpf's codec read. */
export interface Leaf {
  /** Names of the fields that hold it joined by `_`, without elements of arrays; '' for a bare number. */
  readonly name: string;
  readonly field: FieldType;
  readonly meaning: Meaning;
  /** Which element it is, of each array around it. */
  readonly elements: readonly number[];
  readonly take: (value: BpfValue) => BpfValue | undefined;
}

export interface Leaves {
  readonly leaves: readonly Leaf[];
  /** Fields and elements beyond the limits. */
  readonly leftOut: number;
}

const PADDING = /^(_*pad(ding)?\d*|_*(reserved|unused)\d*)$/i;

interface Walk {
  readonly btf: Btf;
  readonly as: (name: string) => Convention | undefined;
  readonly leaves: Leaf[];
  leftOut: number;
}

interface Place {
  readonly typeId: number;
  /** What the map or the enclosing array calls it. */
  readonly names: readonly string[];
  readonly name: string;
  readonly elements: readonly number[];
  readonly depth: number;
  readonly take: Leaf['take'];
}

/**
 * All fields of a type, structs in structs and bounded arrays unfolded; of a union the first member. `rootNames` are what a bare
 * number is known by; `as` is what the user says that a field is.
 */
export function leavesOf(
  btf: Btf,
  typeId: number,
  rootNames: readonly string[],
  as: (name: string) => Convention | undefined = () => undefined,
): Leaves {
  const walk: Walk = { btf, as, leaves: [], leftOut: 0 };
  visit(walk, { typeId, names: rootNames, name: '', elements: [], depth: 0, take: (value) => value });
  return walk;
}

function visit(walk: Walk, place: Place): void {
  const { btf, leaves } = walk;
  const field = fieldType(btf, place.typeId, place.names);
  const meaning = walk.as(place.name) ?? meaningOf(btf, field);
  if (field.type.kind === 'void' || field.type.kind === 'fwd') return;
  if (meaning !== undefined) {
    const { name, elements, take } = place;
    if (leaves.length < SERIES_LIMITS.fields) leaves.push({ name, field, meaning, elements, take });
    else walk.leftOut++;
  } else if (place.depth >= SERIES_LIMITS.nesting) {
    walk.leftOut++;
  } else if (field.type.kind === 'array') {
    visitElements(walk, place, field.type.elementId, field.type.length);
  } else if (field.type.kind === 'struct' || field.type.kind === 'union') {
    visitMembers(walk, place, field.type);
  }
}

function visitElements(walk: Walk, place: Place, elementId: number, length: number): void {
  const taken = Math.min(length, SERIES_LIMITS.arrayElements);
  walk.leftOut += length - taken;
  for (let index = 0; index < taken; index++) {
    const take = (value: BpfValue): BpfValue | undefined => {
      const outer = place.take(value);
      return Array.isArray(outer) ? outer[index] : undefined;
    };
    const elements = [...place.elements, index];
    visit(walk, { ...place, typeId: elementId, elements, depth: place.depth + 1, take });
  }
}

function visitMembers(walk: Walk, place: Place, { kind, members }: BtfComposite): void {
  for (const member of kind === 'union' ? members.slice(0, 1) : members) {
    if (PADDING.test(member.name)) continue;
    // libbpf's codec puts what an anonymous member holds into the enclosing object.
    if (member.name === '') {
      visit(walk, { ...place, typeId: member.type, names: [], depth: place.depth + 1 });
      continue;
    }
    const take = (value: BpfValue): BpfValue | undefined => memberOf(place.take(value), member.name);
    const name = place.name === '' ? plain(member.name) : `${place.name}_${plain(member.name)}`;
    visit(walk, { ...place, typeId: member.type, names: [member.name], name, depth: place.depth + 1, take });
  }
}

function memberOf(value: BpfValue | undefined, name: string): BpfValue | undefined {
  if (typeof value !== 'object' || value instanceof Uint8Array || Array.isArray(value)) return undefined;
  return value[name];
}

/** Two underscores at the beginning of a label are Prometheus's own. */
function plain(name: string): string {
  return name.replace(/^_+/, '') || 'field';
}
