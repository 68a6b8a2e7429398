import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BPF_EXIST, BPF_NOEXIST, BpfMap, BpfObject, features, MapBatch } from '../src/index.ts';
import { child, kitchenObject, run, temporaryBpfFs, workDirectory } from './fixture.ts';

type Pair = { a: number; b: number };

let object: BpfObject;
before(() => {
  object = BpfObject.open(kitchenObject());
  object.load();
});
after(() => object.close());

describe('typed access', () => {
  test('to a hash: get, set with flags, delete, take', () => {
    const hash = object.map<Pair, number>('hash');
    assert.equal(hash.get({ a: 1, b: 2 }), undefined);
    hash.set({ a: 1, b: 2 }, 3);
    assert.equal(hash.get({ a: 1, b: 2 }), 3);
    assert.throws(() => hash.set({ a: 1, b: 2 }, 4, BPF_NOEXIST), { code: 'LIBBPF_ERR_MAP', errno: 17 });
    assert.throws(() => hash.set({ a: 9, b: 9 }, 4, BPF_EXIST), { code: 'LIBBPF_ERR_MAP', errno: 2 });
    assert.equal(hash.take({ a: 1, b: 2 }), 3);
    assert.equal(hash.take({ a: 1, b: 2 }), undefined);
    assert.equal(hash.delete({ a: 1, b: 2 }), false);
    assert.throws(() => hash.set({ a: 1, b: 2 }, -1), { code: 'LIBBPF_ERR_VALUE' });
  });

  test('to structs with every kind of member', () => {
    const records = object.map('records');
    const value = {
      comm: 'héllo',
      stamp_ns: 2n ** 63n,
      delta: -5,
      id: 9,
      color: -1,
      flag: true,
      prefix: 5,
      level: -3,
      wide: [1, 2, 3],
      inner: { mac: Uint8Array.of(1, 2, 3, 4, 5, 6), port: 80 },
      v4: 0x0100000a,
      bytes: Uint8Array.of(10, 0, 0, 1),
    };
    records.set(7, value);
    assert.deepEqual(records.get(7), value);
    records.set(8, { color: 'GREEN' });
    assert.deepEqual([...records.entries()].map(([key, record]) => [key, (record as typeof value).color]).sort(), [
      [7, -1],
      [8, 7],
    ]);
    records.clear();
    assert.deepEqual([...records.entries()], []);
  });

  test('says when a map is full or an index out of range', () => {
    const records = object.map<number, object>('records');
    for (let key = 0; key < 16; key++) records.set(key, {});
    assert.throws(() => records.set(16, {}), {
      code: 'LIBBPF_ERR_MAP_FULL',
      errno: 7,
      message: /full, it has 16 entries/,
    });
    records.clear();
    assert.throws(() => object.map('array').set(8, 1), {
      code: 'LIBBPF_ERR_MAP_FULL',
      message: /index is out of range/,
    });
    assert.equal(object.map('array').get(8), undefined);
  });

  test('to arrays, which are zeroed rather than deleted', () => {
    const array = object.map<number, number>('array');
    array.set(3, 33);
    assert.equal([...array.entries()].length, 8);
    assert.throws(() => array.delete(3), { code: 'LIBBPF_ERR_MAP' });
    array.clear();
    assert.equal(array.get(3), 0);
  });

  test('to per-CPU maps: one value a possible CPU', () => {
    const cpus = features.cpuCount();
    const values = Array.from({ length: cpus }, (_, cpu) => cpu + 100);
    for (const name of ['percpu', 'percpu_array']) {
      const map = object.map<number, number[]>(name);
      assert.equal(map.valueStride, cpus * 8);
      map.set(2, values);
      assert.deepEqual(map.get(2), values);
      assert.throws(() => map.set(2, [1]), { code: 'LIBBPF_ERR_VALUE', message: /one a CPU/ });
      const entry = [...map.entries()].find(([key]) => key === 2);
      assert.deepEqual(entry?.[1], values);
      map.clear();
    }
  });

  test('to an LPM trie', () => {
    const trie = object.map<{ prefixlen: number; address: Uint8Array }, number>('trie');
    trie.set({ prefixlen: 8, address: Uint8Array.of(10, 0, 0, 0) }, 1);
    trie.set({ prefixlen: 24, address: Uint8Array.of(10, 1, 2, 0) }, 2);
    assert.equal(trie.get({ prefixlen: 32, address: Uint8Array.of(10, 1, 2, 3) }), 2);
    assert.equal(trie.get({ prefixlen: 32, address: Uint8Array.of(10, 9, 9, 9) }), 1);
    assert.equal(trie.get({ prefixlen: 32, address: Uint8Array.of(11, 0, 0, 1) }), undefined);
    assert.equal([...trie.entries()].length, 2);
    trie.clear();
    assert.equal([...trie.entries()].length, 0);
  });

  test('to LRU maps, queues, stacks and bloom filters', () => {
    const lru = object.map<number, number>('lru');
    for (let key = 0; key < 1000; key++) lru.set(key, key);
    const count = [...lru.entries()].length;
    assert.ok(count > 0 && count <= 128, String(count));
    for (const [name, order] of [
      ['queue', [1, 2, 3]],
      ['stack', [3, 2, 1]],
    ] as const) {
      const map = object.map<undefined, number>(name);
      for (const value of [1, 2, 3]) map.push(value);
      assert.deepEqual(
        [map.take(undefined), map.take(undefined), map.take(undefined), map.take(undefined)],
        [...order, undefined],
      );
      for (let value = 0; value < 8; value++) map.push(value);
      assert.throws(() => map.push(9), { code: 'LIBBPF_ERR_MAP_FULL' });
    }
    object.map<undefined, number>('bloom').push(5);
  });

  test('to maps of maps and program arrays, by file descriptor', () => {
    const outer = object.map<number, number>('outer');
    outer.set(1, object.map('inner_a').fd);
    assert.equal(outer.get(1), object.map('inner_a').info().id, 'the kernel answers with the id');
    assert.equal(outer.delete(1), true);
    object.map<number, number>('jumps').set(0, object.program('pass').fd);
  });

  test('to socket storage, by the socket’s descriptor', () => {
    assert.throws(() => object.map<number, number>('sockets').get(999_999), { code: 'LIBBPF_ERR_MAP', errno: 9 });
  });
});

describe('raw access', () => {
  test('reads and writes bytes in place', () => {
    const hash = object.map('hash');
    const key = new Uint8Array(Uint32Array.of(4, 5).buffer);
    const out = new Uint8Array(8);
    assert.equal(hash.getRaw(key, out), false);
    hash.setRaw(key, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    assert.equal(hash.getRaw(key, out), true);
    assert.deepEqual(out, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    assert.equal(hash.deleteRaw(key), true);
    assert.equal(hash.deleteRaw(key), false);
  });

  test('refuses buffers that are too short: C would write beyond them', () => {
    const hash = object.map('hash');
    const percpu = object.map('percpu');
    const code = 'LIBBPF_ERR_VALUE';
    assert.throws(() => hash.getRaw(new Uint8Array(4), new Uint8Array(8)), {
      code,
      message: /key has 8 bytes, a value 8/,
    });
    assert.throws(() => hash.getRaw(new Uint8Array(8), new Uint8Array(7)), { code });
    assert.throws(() => percpu.getRaw(new Uint8Array(4), new Uint8Array(4)), { code });
    assert.throws(() => hash.setRaw(new Uint8Array(8), new Uint8Array(0)), { code });
    assert.throws(() => hash.deleteRaw(new Uint8Array(7)), { code });
    assert.throws(() => hash.deleteBatch(new Uint8Array(15), 2), { code });
  });
});

describe('batches', () => {
  const total = 60_000;
  const batch = new MapBatch();

  function fill(): void {
    const hash = object.map('hash');
    const key = Uint32Array.of(0, 0);
    const value = new BigUint64Array(1);
    for (let index = 0; index < total; index++) {
      key[0] = index;
      key[1] = ~index;
      value[0] = BigInt(index) * 3n;
      hash.setRaw(new Uint8Array(key.buffer), new Uint8Array(value.buffer));
    }
  }

  function checkAll(): void {
    const seen = new Uint8Array(total);
    for (let at = 0; at < batch.count; at++) {
      const index = batch.keys32[at * 2]!;
      assert.equal(batch.values64[at], BigInt(index) * 3n);
      seen[index]!++;
    }
    assert.ok(seen.every((times) => times === 1));
  }

  test('read 60,000 entries, each once, and reuse their memory', () => {
    fill();
    const hash = object.map('hash');
    assert.equal(hash.readBatch(batch), total);
    checkAll();
    const { keys } = batch;
    assert.equal(hash.readBatch(batch), total);
    assert.equal(batch.keys, keys);
    const tiny = new MapBatch(1);
    assert.equal(hash.readBatch(tiny), total, 'grows from one entry, past buckets that do not fit');
  });

  test('delete what they name and skip what is not there', () => {
    const hash = object.map<Pair, number>('hash');
    hash.readBatch(batch);
    const gone = { a: batch.keys32[10]!, b: batch.keys32[11]! };
    assert.equal(hash.delete(gone), true);
    assert.equal(hash.deleteBatch(batch.keys, 1000), 999);
    assert.equal(hash.deleteBatch(batch.keys, 1000), 0);
    assert.equal(hash.readBatch(batch), total - 1000);
  });

  test('look up and delete in one go', () => {
    fill();
    const hash = object.map('hash');
    assert.equal(hash.lookupAndDeleteBatch(batch), total);
    checkAll();
    assert.equal(hash.readBatch(batch), 0);
    assert.equal(batch.count, 0);
  });

  test('read per-CPU, LRU, array and LPM maps', () => {
    const cpus = features.cpuCount();
    const percpu = object.map<number, number[]>('percpu');
    for (let key = 0; key < 5000; key++)
      percpu.set(
        key,
        Array.from({ length: cpus }, (_, cpu) => key + cpu),
      );
    assert.equal(percpu.readBatch(batch), 5000);
    assert.equal(batch.valueStride, cpus * 8);
    for (let at = 0; at < batch.count; at++) {
      for (let cpu = 0; cpu < cpus; cpu++) assert.equal(batch.values32[(at * cpus + cpu) * 2], batch.keys32[at]! + cpu);
    }
    assert.equal(percpu.lookupAndDeleteBatch(batch), 5000);
    assert.equal(object.map('array').readBatch(batch), 8);
    assert.equal(object.map('percpu_array').readBatch(batch), 4);
    assert.equal(object.map('mapped').readBatch(batch), 1000);
  });

  test('fall back to single steps where the kernel has no batch', () => {
    // A map of programs can be walked by its keys but not read in a batch.
    const jumps = object.map<number, number>('jumps');
    jumps.set(1, object.program('pass').fd);
    assert.equal(jumps.readBatch(batch), 2);
    assert.deepEqual([...batch.keys32.subarray(0, 2)], [0, 1]);
    assert.equal(batch.values32[1], object.program('pass').info().id);
  });

  test('have every entry that stays, once, while another process inserts and deletes', async () => {
    using bpffs = temporaryBpfFs();
    const path = join(bpffs.path, 'hash');
    const hash = object.map<Pair, number>('hash');
    for (let key = 0; key < 2000; key++) hash.set({ a: key, b: 1 }, key);
    hash.pin(path);
    let churning = true;
    const churn = run(process.execPath, [child('churn'), path]).finally(() => {
      churning = false;
    });
    let rounds = 0;
    let changing = 0;
    for (; churning; rounds++) {
      const seen = new Uint8Array(2000);
      hash.readBatch(batch);
      for (let at = 0; at < batch.count; at++) {
        if (batch.keys32[at * 2 + 1] === 1) seen[batch.keys32[at * 2]!]!++;
        else changing++;
      }
      assert.ok(seen.every((times) => times === 1));
      await new Promise(setImmediate);
    }
    const { code, stderr } = await churn;
    assert.equal(code, 0, stderr);
    assert.ok(rounds > 3 && changing > 0, `${rounds} rounds, ${changing} changing entries seen`);
    hash.unpin(path);
    hash.clear();
  });
});

describe('mmap', () => {
  test('shares memory with programs, whole pages, also after close', () => {
    const own = BpfObject.open(kitchenObject());
    own.load();
    const bytes = own.map('mapped').mmap();
    assert.equal(bytes.length % 4096, 0);
    assert.ok(bytes.length >= 8000);
    const words = new BigUint64Array(bytes.buffer);
    words[5] = 55n;
    assert.equal(own.map('mapped').get(5), 55);
    own.map<number, number>('mapped').set(6, 66);
    assert.equal(words[6], 66n);
    assert.equal(own.map('mapped').mmap().buffer, bytes.buffer, 'one mapping a map');
    assert.throws(() => own.map('array').mmap(), { code: 'LIBBPF_ERR_VALUE', message: /BPF_F_MMAPABLE/ });
    own.close();
    assert.equal(words[6], 66n);
  });
});

describe('sharing', () => {
  test('through reuse, before load', () => {
    using second = BpfObject.open(kitchenObject());
    second.map('array').reuse(object.map('array'));
    second.load();
    object.map<number, number>('array').set(2, 22);
    assert.equal(second.map('array').get(2), 22);
    assert.equal(second.map('array').info().id, object.map('array').info().id);
    object.map('array').clear();
    using third = BpfObject.open(kitchenObject());
    assert.throws(() => third.map('hash').reuse(object.map('array')), {
      code: 'LIBBPF_ERR_VALUE',
      message: /sharing map hash: array has type 2, keys of 4/,
    });
  });

  test('through a pin, with the types that the kernel keeps', () => {
    using bpffs = temporaryBpfFs();
    const path = join(bpffs.path, 'records');
    object.map('records').pin(path);
    assert.throws(() => object.map('records').pin(path), { code: 'LIBBPF_ERR_PIN', message: /path exists/ });
    object.map<number, object>('records').set(1, { comm: 'pinned', id: 5 });
    const pinned = BpfMap.fromPinned<number, { comm: string; id: number }>(path);
    assert.equal(pinned.name, 'records');
    assert.deepEqual([pinned.get(1)?.comm, pinned.get(1)?.id], ['pinned', 5]);
    const byId = BpfMap.fromId<number, { id: number }>(pinned.info().id);
    assert.equal(byId.get(1)?.id, 5);
    byId.close();
    pinned.close();
    pinned.close();
    assert.throws(() => pinned.get(1), { code: 'LIBBPF_ERR_CLOSED' });
    object.map('records').unpin(path);
    assert.throws(() => BpfMap.fromPinned(path), { code: 'LIBBPF_ERR_PIN', errno: 2 });
    assert.throws(() => object.map('records').unpin(path), { code: 'LIBBPF_ERR_PIN' });
    assert.throws(() => object.map('records').pin(join(workDirectory, 'no')), {
      code: 'LIBBPF_ERR_PIN',
      message: /mount -t bpf/,
    });
    object.map('records').clear();
  });

  test('info tells sizes and memory', () => {
    const info = object.map('hash').info();
    assert.deepEqual([info.type, info.keySize, info.valueSize, info.maxEntries, info.name], [1, 8, 8, 65536, 'hash']);
    assert.ok(info.memlockBytes > 1_000_000);
  });

  test('maxEntries can be set before load', () => {
    using sized = BpfObject.open(kitchenObject());
    sized.map('hash').maxEntries = 10;
    sized.map('ring').maxEntries = 128 * 1024;
    sized.load();
    assert.equal(sized.map('hash').info().maxEntries, 10);
    assert.equal(sized.map('ring').info().maxEntries, 128 * 1024);
  });
});
