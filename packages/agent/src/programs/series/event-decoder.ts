import { type BpfValue, type Btf, type Codec, codecFor } from '@netguard/libbpf';
import { unknownKey } from '../../config/problem.ts';
import { ownValue } from '../own-value.ts';
import { CGROUP_LABELS, EndNames } from './end-names.ts';
import { fieldNumber, fieldText } from './field-text.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { SERIES_LIMITS } from './limits.ts';
import { type ProgramSpec, specError } from './parse-spec.ts';
import type { EventValue, ProgramEvent, SeriesNames } from './types.ts';

/** Beyond it a JSON number is another one in most readers. */
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Makes events of the records of one ring buffer, by the struct that the YAML names. */
export class EventDecoder {
  readonly #program: string;
  readonly #map: string;
  readonly #codec: Codec;
  readonly #leaves: readonly Leaf[];
  readonly #ends: EndNames;
  #short = 0;

  /** Throws ConfigError (NG_ERR_PROGRAM_SPEC) where the YAML names no type of the program's for this ring buffer. */
  constructor(program: string, map: string, btf: Btf, spec: ProgramSpec, names: SeriesNames) {
    const wanted = ownValue(spec.events, map)?.type;
    if (wanted === undefined) {
      throw specError([{ where: spec.locate(['events']), message: `events.${map}.type is missing` }]);
    }
    const type = btf.findByName(wanted, 'struct') ?? btf.findByName(wanted, 'typedef');
    if (type === undefined) {
      const message = unknownKey([wanted], [...btf.names('struct'), ...btf.names('typedef')].slice(0, 1000), 'type');
      throw specError([{ where: spec.locate(['events', map, 'type']), message }]);
    }
    this.#program = program;
    this.#map = map;
    this.#codec = codecFor(btf, type.id);
    this.#leaves = leavesOf(btf, type.id, []).leaves;
    this.#ends = new EndNames(names);
  }

  /** Records that were shorter than the struct; since the start. */
  get short(): number {
    return this.#short;
  }

  /** Undefined for a record that is shorter than the struct. What is beyond the struct is not looked at. */
  decode(bytes: Uint8Array, timeMs: number): ProgramEvent | undefined {
    if (bytes.length < this.#codec.size) {
      this.#short++;
      return undefined;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const value = this.#codec.read(view, 0);
    const fields: Record<string, EventValue> = {};
    for (const leaf of this.#leaves) this.#field(leaf, value, fields);
    return { program: this.#program, map: this.#map, timeMs, fields };
  }

  #field(leaf: Leaf, record: BpfValue, fields: Record<string, EventValue>): void {
    const { meaning, field, take } = leaf;
    const value = take(record);
    const own = leaf.name === '' ? 'value' : leaf.name;
    const name = leaf.elements.length === 0 ? own : `${own}_${leaf.elements.join('_')}`;
    switch (meaning) {
      case 'number':
        fields[name] = plain(value);
        break;
      case 'bool':
        fields[name] = value === true;
        break;
      case 'ns':
      case 'us':
      case 'ms':
        fields[`${name.replace(/_(ns|us|ms)$/, '')}_seconds`] = fieldNumber(value, meaning, field);
        break;
      case 'port_be':
      case 'be':
        fields[name.replace(/_be$/, '')] = fieldNumber(value, meaning, field);
        break;
      case 'log2':
        fields[name] = plain(value);
        break;
      case 'pid':
      case 'pid_tgid':
        this.#process(name, Number(fieldText(value, meaning, field)), fields);
        break;
      case 'cgroup_id':
        fields[name] = plain(value);
        this.#cgroup(name, value, fields);
        break;
      default:
        fields[name.replace(/_be$/, '')] = fieldText(value, meaning, field);
    }
  }

  /** A record that has a command of its own keeps it. */
  #process(name: string, pid: number, fields: Record<string, EventValue>): void {
    const stem = name.replace(/_tgid$/, '');
    fields[stem] = pid;
    const command = stem.replace(/(pid|tgid|tid)$/, 'comm');
    if (command !== stem && !this.#leaves.some((leaf) => leaf.name === command))
      fields[command] = this.#ends.command(pid);
  }

  #cgroup(name: string, id: BpfValue | undefined, fields: Record<string, EventValue>): void {
    const prefix = name.replace(/(cgroup_?id|cgrp_?id|cgid|cgroup)$/, '');
    for (const [index, text] of this.#ends.cgroup(id).entries()) {
      if (text !== '') fields[`${prefix}${CGROUP_LABELS[index]}`] = text;
    }
  }
}

/** As JSON has it: numbers beyond 2^53 as text, arrays bounded. */
function plain(value: BpfValue | undefined): EventValue {
  switch (typeof value) {
    case 'bigint':
      return value <= SAFE && value >= -SAFE ? Number(value) : value.toString();
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'boolean':
      return value;
    case 'string':
      return value.slice(0, SERIES_LIMITS.eventText);
    default:
      return Array.isArray(value) ? value.slice(0, SERIES_LIMITS.slots).map(plain) : null;
  }
}
