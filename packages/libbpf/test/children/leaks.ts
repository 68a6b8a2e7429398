/** Every operation many times over, memory and descriptors compared between two halves: <object file> <cgroup>. */
import { readdirSync } from 'node:fs';
import { BpfObject, EventLoop, MapBatch } from '../../src/index.ts';

const [file, cgroup] = process.argv.slice(2) as [string, string];
let calls = 0;

const object = BpfObject.open(file);
object.load();
const loop = new EventLoop();
loop.addRing(object.map('ring'), () => {});

const hash = object.map<{ a: number; b: number }, number>('hash');
const key = new Uint8Array(8);
const value = new Uint8Array(8);
const batch = new MapBatch();
const context = new Uint8Array(Uint32Array.of(50, 37, 0, 0).buffer);
const packet = new Uint8Array(64);

function mapCalls(rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    key[0] = round;
    key[1] = round >> 8;
    hash.setRaw(key, value);
    hash.getRaw(key, value);
    hash.get({ a: round & 1023, b: 0 });
    calls += 3;
    if (round % 1000 === 0) {
      hash.readBatch(batch);
      hash.deleteBatch(batch.keys, batch.count);
      calls += 2;
    }
  }
}

async function otherCalls(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    object.program('emit').testRun({ ctx: context });
    loop.drain();
    await loop.wait(0);
    object.program('pass').testRun({ data: packet });
    object.program('pass').info();
    hash.info();
    calls += 6;
    if (round % 10 === 0) {
      using link = object.program('count_egress').attachCgroup(cgroup);
      link.info();
      using iterator = object.program('dump_hash').attachIterator({ map: hash });
      iterator.run();
      calls += 4;
    }
    if (round % 100 === 0) {
      using second = BpfObject.open(file);
      second.load();
      second.map('mapped').mmap();
      const other = new EventLoop();
      other.addRing(second.map('ring'), () => {});
      await other.close();
      calls += 5;
    }
  }
}

async function usage(): Promise<{ rss: number; fds: number }> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc!();
    // Finalizers run between turns of the event loop; they unmap.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { rss: process.memoryUsage.rss(), fds: readdirSync('/proc/self/fd').length };
}

mapCalls(60_000);
await otherCalls(1000);
const earlier = await usage();
mapCalls(300_000);
await otherCalls(2500);
const later = await usage();
await loop.close();
object.close();
process.stdout.write(JSON.stringify({ calls, rssGrowth: later.rss - earlier.rss, fdGrowth: later.fds - earlier.fds }));
