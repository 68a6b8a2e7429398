import type { BpfMap, BpfObject, BpfProgram } from '@netguard/libbpf';
import { attachAll, type NetGuardPrograms } from './netguard-programs.ts';
import type { PacketLoad } from './packet-load.ts';
import { number, printTable, ratio } from './report.ts';
import { perRun, runCosts } from './run-cost.ts';
import { median, spread } from './statistics.ts';

type Name = 'empty' | 'netguard' | 'lru';

/** One of those that are compared: its programs by hook. */
export interface Contender {
  readonly name: Name;
  readonly programs: Readonly<Record<string, BpfProgram>>;
}

export function contenders(netguard: NetGuardPrograms, empty: BpfObject, lru: BpfObject): Contender[] {
  const own = {
    in: netguard.program('ng_packet_in'),
    out: netguard.program('ng_packet_out'),
    drop: netguard.drop,
    state: netguard.program('ng_tcp_state'),
    destroy: netguard.program('ng_tcp_destroy'),
  };
  const hooks = Object.keys(own);
  return [
    { name: 'empty', programs: Object.fromEntries(hooks.map((hook) => [hook, empty.program(`empty_${hook}`)])) },
    { name: 'netguard', programs: own },
    { name: 'lru', programs: { in: lru.program('lru_in'), out: lru.program('lru_out') } },
  ];
}

/** Attaches all in the given order, applies each load, and adds what each program cost to `table`. */
export async function measureRound(
  order: readonly Contender[],
  loads: readonly PacketLoad[],
  tables: { readonly netguard: NetGuardPrograms; readonly lru: BpfMap },
  seconds: number,
  table: PacketTable,
): Promise<void> {
  const programs = order.flatMap((contender) => Object.values(contender.programs));
  const links = attachAll(programs);
  try {
    for (const load of loads) {
      // Each load begins as in a fresh table; entries of the one before would stand in its way.
      tables.lru.clear();
      tables.netguard.clearConversations();
      if (load.tableFull) tables.netguard.fillConversations();
      const costs = await runCosts(programs, () => load.run(seconds));
      for (const hook of load.hooks) {
        const cost = (name: Name): number => {
          const program = order.find((one) => one.name === name)?.programs[hook];
          return program === undefined ? Number.NaN : perRun(costs.get(program.name));
        };
        const runs = costs.get(order.find((one) => one.name === 'netguard')?.programs[hook]?.name ?? '')?.runs ?? 0;
        table.add(load, hook, runs, { empty: cost('empty'), netguard: cost('netguard'), lru: cost('lru') });
      }
    }
  } finally {
    for (const link of links) link.close();
  }
}

interface Row {
  readonly goalNs: number | undefined;
  runs: number;
  readonly empty: number[];
  readonly netguard: number[];
  readonly lru: number[];
}

/** Net costs of all rounds, by load and hook. */
export class PacketTable {
  readonly #rows = new Map<string, Row>();

  add(load: PacketLoad, hook: string, runs: number, ns: Readonly<Record<Name, number>>): void {
    const key = `${load.name} ${hook}`;
    const row = this.#rows.get(key) ?? { goalNs: load.goalNs, runs: 0, empty: [], netguard: [], lru: [] };
    this.#rows.set(key, row);
    row.runs += runs;
    row.empty.push(ns.empty);
    row.netguard.push(ns.netguard - ns.empty);
    if (!Number.isNaN(ns.lru)) row.lru.push(ns.lru - ns.empty);
  }

  print(): void {
    const heads = [
      'load, hook',
      'runs',
      'empty ns',
      'NetGuard +ns [quartiles]',
      'goal',
      'LRU hash +ns',
      'LRU ÷ NetGuard',
    ];
    const cells = [...this.#rows].map(([key, row]) => [
      key,
      number(row.runs),
      number(median(row.empty), 1),
      spread(row.netguard, 1),
      row.goalNs === undefined ? '' : `≤ ${row.goalNs}`,
      number(median(row.lru), 1),
      ratio(median(row.lru) / median(row.netguard)),
    ]);
    printTable(heads, cells);
  }
}
