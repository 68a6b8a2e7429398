/**
 * Memory by configured sizes: the agent's resident memory, and the kernel memory of the BPF maps as the kernel counts it
 * (memlock). Next to a bare Node.js. Run: `node bench/memory.ts` as root, after `npm run build`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultConfig } from '../packages/agent/src/config/schema.ts';
import { EbpfObjects } from '../packages/agent/src/sources/ebpf/objects.ts';
import { AgentProcess, bestForm } from './support/agent-process.ts';
import { BareNode } from './support/bare-node.ts';
import { type Memory, memoryOf } from './support/process-cost.ts';
import { mebibytes, printTable, ratio, title } from './support/report.ts';
import { size } from './support/sizes.ts';

const SETTLE_MS = size(5000, 500);
/** The maps that are told apart; the rest are added up. */
const NAMED = [
  'ng_events',
  'ng_live',
  'ng_listeners',
  'ng_convs4',
  'ng_convs6',
  'ng_totals',
  'ng_probes4',
  'ng_probes6',
] as const;

const defaults = defaultConfig().sources.ebpf;
const sizes = {
  small: {
    ringBytes: 262_144,
    maxSockets: 16_384,
    maxLiveRecords: 8192,
    maxListeners: 512,
    maxConversations: 8192,
    maxCgroups: 1024,
    maxProbes: 2048,
  },
  default: {},
  large: {
    ringBytes: 33_554_432,
    maxSockets: 1_048_576,
    maxLiveRecords: 1_048_576,
    maxListeners: 16_384,
    maxConversations: 524_288,
    maxCgroups: 32_768,
    maxProbes: 131_072,
  },
} as const;

interface Row {
  readonly name: string;
  readonly memory: Memory;
  readonly maps: ReadonlyMap<string, number>;
}

title(
  'memory',
  `MiB after ${SETTLE_MS / 1000} s without load, agent ${bestForm()}; "mapped" includes ng_live and the ring, which "BPF maps" counts too`,
);

const rows: Row[] = [await bare()];
for (const [name, ebpf] of Object.entries(sizes)) rows.push(await measure(name, ebpf));
const base = rows[0]!.memory.rss;

printTable(
  ['sizes', 'RSS', 'of it anonymous', 'mapped', 'RSS ÷ bare', 'BPF maps', ...NAMED, 'others', 'anonymous + maps'],
  rows.map(({ name, memory, maps }) => {
    const total = [...maps.values()].reduce((sum, bytes) => sum + bytes, 0);
    const named = NAMED.map((map) => maps.get(map) ?? 0);
    const others = total - named.reduce((sum, bytes) => sum + bytes, 0);
    const own = [memory.rss, memory.anonymous, memory.file].map(mebibytes);
    return [
      name,
      ...own,
      ratio(memory.rss / base),
      ...[total, ...named, others, memory.anonymous + total].map(mebibytes),
    ];
  }),
);
for (const [name, ebpf] of Object.entries(sizes)) {
  const settings = Object.keys(sizes.large).map(
    (key) => `${key} ${{ ...defaults, ...ebpf }[key as keyof typeof defaults]}`,
  );
  console.log(`${name}: ${settings.join(', ')}`);
}
console.log(
  'Besides: each watched socket holds its identity record in kernel memory outside the maps (64 bytes and its list element).',
);

async function bare(): Promise<Row> {
  await using node = await BareNode.start();
  await sleep(SETTLE_MS);
  return { name: 'bare Node.js', memory: memoryOf(node.pid), maps: new Map() };
}

async function measure(name: string, ebpf: Readonly<Record<string, number>>): Promise<Row> {
  const maps = mapBytes(ebpf);
  await using agent = await AgentProcess.start({ ebpf });
  await sleep(SETTLE_MS);
  return { name, memory: memoryOf(agent.pid), maps };
}

/** Kernel memory of each map, from a second set of the same programs: nothing tells it of another process's. */
function mapBytes(ebpf: Readonly<Record<string, number>>): Map<string, number> {
  using objects = EbpfObjects.load({ ...defaults, ...ebpf });
  return new Map(objects.maps().map((map) => [map.name, map.info().memlockBytes]));
}
