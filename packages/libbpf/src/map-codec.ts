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

export function keyCodec(shape: MapShape): Codec {
  if (isIndexed(shape.type)) return integerCodec(4, false, 'key');
  return typed(shape.btf, shape.keyTypeId, shape.keySize) ?? byteArrayCodec(shape.keySize, 'key');
}

/** Of a per-CPU map: an array with one value a possible CPU. */
export function valueCodec(shape: MapShape, cpus: number): Codec {
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
