import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ngPayloadConfig as C, NG_PORT_DNS, NG_PORT_OFF } from '@netguard/core/abi';
import { defaultConfig } from '../../config/schema.ts';
import { PayloadControl } from './payload-control.ts';

class RawMap {
  readonly values = new Map<string, Uint8Array>();
  readonly maxEntries = 3;
  setRaw(key: Uint8Array, value: Uint8Array): void {
    this.values.set(Buffer.from(key).toString('hex'), value.slice());
  }
  deleteRaw(key: Uint8Array): boolean {
    return this.values.delete(Buffer.from(key).toString('hex'));
  }
  clear(): void {
    this.values.clear();
  }
}

describe('what the kernel may sample', () => {
  let config: RawMap;
  let off: RawMap;
  let control: PayloadControl;
  const settings = { ...defaultConfig().payload, samplesPerSecond: 4000, burst: 100, excludePorts: [443, 53] };

  beforeEach(() => {
    config = new RawMap();
    off = new RawMap();
    control = new PayloadControl(config, off, settings);
  });

  it('is a rate, a burst and a flag a port', () => {
    const value = config.values.get('00000000')!;
    const view = new DataView(value.buffer);
    assert.equal(value.length, C.SIZE);
    assert.deepEqual(
      [view.getBigUint64(C.interval_ns, true), view.getBigUint64(C.burst_ns, true)],
      [250_000n, 25_000_000n],
    );
    const flags = [...value.subarray(C.port, C.port + 65_536).entries()].filter(([, flag]) => flag !== 0);
    assert.deepEqual(flags, [
      [53, NG_PORT_DNS | NG_PORT_OFF],
      [443, NG_PORT_OFF],
      [5353, NG_PORT_DNS],
    ]);
  });

  it('leaves out cgroups as far as there is room, until they go or the settings change', () => {
    for (const id of [1, 2, 2, 3, 4]) control.exclude(id);
    assert.deepEqual([off.values.size, control.excluded], [3, 3]);
    control.forget(2);
    control.forget(9);
    control.exclude(0x1_0000_0001);
    assert.ok(off.values.has('0100000001000000'));
    control.configure(settings);
    assert.deepEqual([off.values.size, control.excluded], [0, 0]);
  });
});
