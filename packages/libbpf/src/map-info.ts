import { readFileSync } from 'node:fs';
import { kernelBtf } from './btf-kernel.ts';
import { cstring } from './codec.ts';
import type { MapShape } from './map-codec.ts';
import { infoByFd } from './object-info.ts';

/** struct bpf_map_info, the part used. */
const INFO_BYTES = 88;

export interface MapInfo {
  readonly id: number;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** At most 15 bytes. */
  readonly name: string;
  /** 0: none. */
  readonly btfId: number;
  readonly keyTypeId: number;
  readonly valueTypeId: number;
  /** Kernel memory that the map takes, as its fdinfo says; before Linux 6.4 an estimate without per-element memory. */
  readonly memlockBytes: number;
  readonly frozen: boolean;
}

export function mapInfo(fd: number, name: string): MapInfo {
  const info = infoByFd(fd, INFO_BYTES, `asking about map ${name}`);
  const fdinfo = readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
  const field = (label: string): number => Number(new RegExp(`^${label}:\\s*(\\d+)`, 'm').exec(fdinfo)?.[1] ?? 0);
  return {
    type: info.u32(0),
    id: info.u32(4),
    keySize: info.u32(8),
    valueSize: info.u32(12),
    maxEntries: info.u32(16),
    flags: info.u32(20),
    name: cstring(info.bytes, 24, 16),
    btfId: info.u32(64),
    keyTypeId: info.u32(68),
    valueTypeId: info.u32(72),
    memlockBytes: field('memlock'),
    frozen: field('frozen') === 1,
  };
}

/** The shape of a map that belongs to no object. */
export function openedShape(info: MapInfo): MapShape {
  const { type, keySize, valueSize, keyTypeId, valueTypeId } = info;
  return {
    type,
    keySize,
    valueSize,
    keyTypeId,
    valueTypeId,
    btf: info.btfId === 0 ? undefined : kernelBtf(info.btfId),
  };
}
