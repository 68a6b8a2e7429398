/** A host of users' programs for tests: examples and small C sources loaded as `netguard programs load` loads them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProgramLimits } from '../../../packages/agent/src/programs/limits.ts';
import { programFile } from '../../../packages/agent/src/programs/program-file.ts';
import { ProgramHost } from '../../../packages/agent/src/programs/program-host.ts';
import type { ProgramRequest } from '../../../packages/agent/src/programs/running-program.ts';
import type { SeriesNames } from '../../../packages/agent/src/programs/series/types.ts';
import type { BpfValue } from '../../../packages/libbpf/src/index.ts';

export const LIMITS: ProgramLimits = {
  maxPrograms: 8,
  maxMaps: 64,
  maxMapBytes: 16 << 20,
  maxInstructions: 100_000,
  eventsPerSecond: 1000,
};

export function testHost(limits: Partial<ProgramLimits> = {}, records: Uint8Array[] = []): ProgramHost {
  const onRecord = (_program: string, _map: string, record: Uint8Array) => void records.push(record);
  const names: SeriesNames = {
    cgroup: () => undefined,
    address: (ip) => ({ ip, kind: 'world' }),
    command: () => undefined,
  };
  return new ProgramHost({ limits: () => ({ ...LIMITS, ...limits }), now: Date.now, names, events: { onRecord } });
}

export function request(path: string, content: Uint8Array, more: Partial<ProgramRequest> = {}): ProgramRequest {
  const file = programFile(path, content);
  const name = file.file.split('.', 1)[0]!;
  return { name, file, set: {}, pin: false, path, origin: 'api', by: 'test', ...more };
}

/** The source of examples/<name>. */
export function example(name: string, more: Partial<ProgramRequest> = {}): ProgramRequest {
  const path = fileURLToPath(new URL(`../../../examples/${name}/${name}.bpf.c`, import.meta.url));
  const spec = readFileSync(path.replace('.bpf.c', '.yaml'), 'utf8');
  return request(path, readFileSync(path), { spec, ...more });
}

/** Samples of the metrics of a program, `name{labels} value`. */
export async function samplesOf(host: ProgramHost, name: string): Promise<string[]> {
  return ((await host.exportsOf(name)?.families(Date.now())) ?? []).flatMap((family) =>
    family.samples.map(({ labels, value, metricName = family.name }) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}=${of}`);
      return `${metricName}{${text.join(',')}} ${value}`;
    }),
  );
}

/** A program of these lines of C, after the usual include and licence. */
export function source(name: string, lines: string, more: Partial<ProgramRequest> = {}): ProgramRequest {
  const text = `#include <netguard/kernel.h>\nchar LICENSE[] SEC("license") = "GPL";\n${lines}\n`;
  return request(`${name}.bpf.c`, Buffer.from(text), more);
}

export type Entry = { readonly key: never; readonly value: never };

/** All entries of a map. */
export function entriesOf<K = BpfValue, V = BpfValue>(host: ProgramHost, name: string, map: string): [K, V][] {
  const found = host.dump(name, 100_000).find((dump) => dump.map === map);
  if (found === undefined) throw new Error(`${name} has no map ${map}`);
  return found.entries.map(({ key, value }) => [key as K, value as V]);
}

/** Bytes of an address as examples have it: IPv4 as ::ffff:a.b.c.d. */
export function v4Mapped(address: string): string {
  return `${'00'.repeat(10)}ffff${Buffer.from(address.split('.').map(Number)).toString('hex')}`;
}
