import type { Btf } from './btf.ts';
import { byteArrayCodec, codecFor } from './codec.ts';
import { integerCodec } from './codec-integer.ts';
import { holdsFds, isIndexed, isPerCpu, roundUp8 } from './map-types.ts';
import { type BpfValue, type Codec, unfit } from './value.ts';

export interface MapShape {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  /** Undefined when nothing is known of the types. */
  readonly btf: Btf | undefined;
  /** 0: unknown. */
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}

/** Codecs of a map's key and value with a buffer for one of each, through which all typed access goes. */
export class TypedBuffers {
  readonly keys: Codec;
  readonly values: Codec;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly #keyView: DataView;
  readonly #valueView: DataView;

  constructor(shape: MapShape, cpus: number) {
    this.keys = keyCodec(shape);
    this.values = valueCodec(shape, cpus);
    this.key = new Uint8Array(Math.max(8, shape.keySize));
    this.value = new Uint8Array(Math.max(8, this.values.size));
    this.#keyView = new DataView(this.key.buffer);
    this.#valueView = new DataView(this.value.buffer);
  }

  writeKey(key: BpfValue): Uint8Array {
    this.keys.write(this.#keyView, 0, key);
    return this.key;
  }

  writeValue(value: BpfValue): Uint8Array {
    this.values.write(this.#valueView, 0, value);
    return this.value;
  }

  readValue(): BpfValue {
    return this.values.read(this.#valueView, 0);
  }
}

function keyCodec(shape: MapShape): Codec {
  if (isIndexed(shape.type)) return integerCodec(4, false, 'key');
  return typed(shape.btf, shape.keyTypeId, shape.keySize) ?? byteArrayCodec(shape.keySize, 'key');
}

/** Of a per-CPU map: an array with one value a possible CPU. */
function valueCodec(shape: MapShape, cpus: number): Codec {
  if (holdsFds(shape.type) && shape.valueSize === 4) return integerCodec(4, false, 'value');
  const one = typed(shape.btf, shape.valueTypeId, shape.valueSize) ?? byteArrayCodec(shape.valueSize, 'value');
  return isPerCpu(shape.type) ? perCpuCodec(one, roundUp8(shape.valueSize), cpus) : one;
}

function typed(btf: Btf | undefined, typeId: number, size: number): Codec | undefined {
  if (!btf || typeId === 0) return undefined;
  const type = btf.resolve(typeId);
  if (type.kind === 'datasec' || btf.sizeOf(typeId) !== size) return undefined;
  return codecFor(btf, typeId);
}

function perCpuCodec(one: Codec, stride: number, cpus: number): Codec {
  return {
    size: stride * cpus,
    read: (view, offset): BpfValue[] => Array.from({ length: cpus }, (_, cpu) => one.read(view, offset + cpu * stride)),
    write(view, offset, value) {
      if (!Array.isArray(value) || value.length !== cpus)
        throw unfit('value', `an array with ${cpus} values, one a CPU, is expected`);
      for (const [cpu, item] of value.entries()) one.write(view, offset + cpu * stride, item);
    },
  };
}
