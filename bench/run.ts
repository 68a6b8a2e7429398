/**
 * Runs the benchmarks one after the other, each in a process of its own: `npm run bench`, or some of them by name:
 * `npm run bench -- packet-cost throughput`. Writes to standard output only. BENCH_QUICK=1 shows that they work.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PRODUCT_FLAGS } from './support/product-flags.ts';

/** In this order: kernel first, then the agent. Times are of a full run. */
const BENCHES: Readonly<Record<string, string>> = {
  'packet-cost': 'ns per packet of each kernel program, next to an empty one and to an LRU hash (root, 1 minute)',
  'payload-cost': 'the same of the packet programs without and with payload sampled (root, 1 minute)',
  throughput: 'one iperf3 stream, TCP and small UDP, with NetGuard off and on by turns (root, 6 minutes)',
  bpftrace: 'the same next to a bpftrace one-liner (root, 2 minutes)',
  'live-sockets': 'time to read 100,000 live sockets, next to ss and /proc (root, 1 minute)',
  'ring-decode': 'records a second from the ring to observations (root, 10 seconds)',
  detectors: 'observations a second through detectors, flows, edges and totals (3 minutes)',
  entities: 'the same for 1,000 to 1,000,000 addresses, and the memory of a million spoofed ones (3 minutes)',
  replay: 'packets a second through netguard replay, and its memory (1 minute)',
  payload: 'samples a second through each parser of payloads, its own and those of others (20 seconds)',
  'multi-pattern': 'MB/s of looking for up to 30,000 patterns: Vectorscan, built-in, one by one (30 seconds)',
  rules: 'Suricata rules over the public captures, beside Suricata with the same: time and memory (3 minutes)',
  intel: 'a list of a million addresses: bytes, look-ups a second, beside a Map and the LPM trie (root, 30 seconds)',
  'kubernetes-identity': 'memory and processor time of following an API server with 10,000 pods (1 minute)',
  'agent-cost': 'processor and memory of the agent: idle, 10,000 connections/s, flood (root, 2 minutes)',
  'agent-payload':
    'the agent at 10,000 connections/s: payload off, sampled, and held against 10,000 rules (root, 2 minutes)',
  'alert-latency': 'time from a SYN flood to its alert on the stream (root, 2 minutes)',
  memory: 'memory of agent and maps by configured sizes (root, 30 seconds)',
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0 || names.includes('--help')) {
  console.error(`usage: npm run bench [-- NAME…]\n${Object.entries(BENCHES).map(line).join('\n')}`);
  process.exit(names.includes('--help') ? 0 : 2);
}

let failed = 0;
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, [...PRODUCT_FLAGS, file], { stdio: 'inherit' });
  if (status === 0) continue;
  failed++;
  console.error(`${name} did not finish`);
}
process.exitCode = failed > 0 ? 1 : 0;

function line([name, description]: [string, string]): string {
  return `  ${name.padEnd(19)} ${description}`;
}
