/** A bpftrace script in `netguard run`, by the real bpftrace: what it counts of known packets, and what becomes of its process. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProgramView } from '../../../packages/agent/src/programs/program-view.ts';
import { Agent } from '../../e2e/support/agent.ts';
import { type Ended, netguardCommand, run, told } from '../../e2e/support/command.ts';
import { sumOf } from '../../e2e/support/exposition.ts';
import { getJson } from '../../e2e/support/http.ts';
import { Temporary } from '../../e2e/support/temporary.ts';
import { until } from '../../e2e/support/until.ts';
import { ip } from '../../kernel/support/own-namespace.ts';
import { AF, SOCK, Socket } from '../../kernel/support/socket.ts';
import { differences, type Found } from './stage.ts';

const DEVICE = 'scripted0';
const SILENT = '203.0.113.9';
/** Of Ethernet, IPv4 and UDP. */
const HEADERS = 14 + 20 + 8;
/** Payloads; their packets belong in buckets up to 63, 255 and 1023 bytes. */
const SENT: readonly (readonly [times: number, payload: number, bucket: number])[] = [
  [5, 1, 63],
  [20, 100, 255],
  [10, 500, 1023],
];
const PACKETS = 35;
const NAME = 'packet-sizes';
/** LLVM under software emulation takes many times as long. */
const WAIT = { withinMs: 90_000 };

export interface ScriptOptions {
  /** A copy of the command. */
  readonly command?: string;
  /** Directory of the command bpftrace. */
  readonly bpftrace: string;
  /** The example `packet-sizes.bt`, its YAML beside it. */
  readonly script: string;
}

/** Makes a device of its own in this network namespace, through which nothing else is sent. */
export async function* scriptCounts(options: ScriptOptions): AsyncGenerator<Found> {
  ip(`link add ${DEVICE} type veth peer name scripted1`);
  withoutIpv6(DEVICE);
  withoutIpv6('scripted1');
  for (const words of [`addr add 203.0.113.1/24 dev ${DEVICE}`, `link set ${DEVICE} up`, 'link set scripted1 up'])
    ip(words);
  ip(`neigh add ${SILENT} lladdr 02:00:00:00:00:99 dev ${DEVICE} nud permanent`);
  try {
    yield* counted(options);
  } finally {
    ip(`link del ${DEVICE}`);
  }
}

async function* counted(options: ScriptOptions): AsyncGenerator<Found> {
  const { command = netguardCommand, bpftrace, script } = options;
  const env = { PATH: `${bpftrace}:${process.env.PATH}` };
  await using agent = await Agent.start({ command, env, config: { payload: { mode: 'off' } } });
  const cli = (...args: readonly string[]) => run(command, ['programs', ...args, '--server', agent.url]);
  const program = basename(script);
  yield { program, what: 'scripts whose probe cannot be attached', ...(await refused(cli)) };
  done(await cli('load', script));
  for (const [times, payload] of SENT) send(times, payload);
  yield { program, what: 'packets, by their sizes', ...(await packets(agent)) };
  const maps = done(await cli('maps', NAME)).stdout;
  const isListed = ['packets', 'largest', 'size_bytes', 'length_bytes'].filter((name) => maps.includes(`@${name} `));
  yield { program, what: 'maps that are printed', sent: 4, counted: isListed.length, differences: [] };
  yield { program, what: 'packets, with those after bpftrace was killed', ...(await afterKill(agent, bpftrace)) };
  done(await cli('unload', NAME));
  yield { program, what: 'processes after it is unloaded', ...(await left(bpftrace)) };
  done(await cli('load', script));
  if (scripts(bpftrace).length === 0) throw new Error('no bpftrace runs');
  await agent.stop('SIGKILL');
  yield { program, what: 'processes after NetGuard is killed', ...(await left(bpftrace)) };
}

/** It would ask for routers and neighbours by itself. */
function withoutIpv6(device: string): void {
  const setting = `/proc/sys/net/ipv6/conf/${device}/disable_ipv6`;
  if (existsSync(setting)) writeFileSync(setting, '1');
}

/** bpftrace says that it attaches before it knows that it cannot: the load is refused nevertheless, with its words. */
async function refused(cli: (...args: readonly string[]) => Promise<Ended>): Promise<Omit<Found, 'program' | 'what'>> {
  using directory = new Temporary();
  const file = directory.write('nowhere.bt', 'kprobe:no_such_function { @n = count(); }\n');
  const { code, stderr } = await cli('load', file);
  const isTold = /nowhere\.bt: .*no_such_function/.test(stderr);
  return { sent: 1, counted: code === 1 ? 1 : 0, differences: isTold ? [] : [stderr.slice(0, 300)] };
}

function done(ended: Ended): Ended {
  if (ended.code !== 0) throw new Error(told(ended));
  return ended;
}

function send(times: number, payload: number): void {
  const socket = Socket.open(AF.inet, SOCK.dgram).connect(SILENT, 9);
  for (let i = 0; i < times; i++) socket.sendDatagram(payload);
  socket.close();
}

function metric(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return sumOf(text, `netguard_program_packet_sizes_${name}`, { device: DEVICE, ...labels });
}

async function packets(agent: Agent): Promise<Omit<Found, 'program' | 'what'>> {
  const bytes = SENT.reduce((sum, [times, payload]) => sum + times * (payload + HEADERS), 0);
  const upTo = (bound: number) => SENT.reduce((sum, [times, , bucket]) => sum + (bucket <= bound ? times : 0), 0);
  const bounds = [31, 63, 127, 255, 511, 1023, 2047];
  const buckets = (count: (bound: number) => number) =>
    Object.fromEntries(bounds.map((bound) => [`packets up to ${bound} bytes`, count(bound)]));
  const sent = { bytes, largest: 500 + HEADERS, 'of the histogram': PACKETS, 'of stats()': PACKETS, ...buckets(upTo) };
  let text = '';
  const isWhole = async () => {
    text = await agent.metrics();
    return metric(text, 'packets_total') === PACKETS && metric(text, 'length_bytes_count') === PACKETS;
  };
  await until('its metrics', isWhole, WAIT).catch(() => undefined);
  const counts = {
    bytes: metric(text, 'length_bytes_sum'),
    largest: metric(text, 'largest'),
    'of the histogram': metric(text, 'size_bytes_count'),
    'of stats()': metric(text, 'length_bytes_count'),
    ...buckets((bound) => metric(text, 'size_bytes_bucket', { le: String(bound) })),
  };
  return { sent: PACKETS, counted: metric(text, 'packets_total'), differences: differences(sent, counts) };
}

/** It is started anew by itself and counts from nothing; the metric goes on from where it was. */
async function afterKill(agent: Agent, bpftrace: string): Promise<Omit<Found, 'program' | 'what'>> {
  const [pid, ...more] = scripts(bpftrace);
  if (pid === undefined || more.length > 0) throw new Error(`bpftrace runs as ${[pid, ...more]}`);
  process.kill(pid, 'SIGKILL');
  const view = () => getJson<ProgramView>(`${agent.url}/api/v1/programs/${NAME}`);
  const again = await until(
    'its new start',
    async () => {
      const now = await view();
      return now.restarts === 1 && now.state === 'running' ? now : undefined;
    },
    WAIT,
  );
  send(7, 100);
  const all = PACKETS + 7;
  const now = async () => metric(await agent.metrics(), 'packets_total');
  await until('what it counts now', async () => (await now()) === all, WAIT).catch(() => undefined);
  return { sent: all, counted: await now(), differences: differences({ restarts: 1 }, { restarts: again.restarts }) };
}

async function left(bpftrace: string): Promise<Omit<Found, 'program' | 'what'>> {
  await until('its end', () => scripts(bpftrace).length === 0).catch(() => undefined);
  return { sent: 0, counted: scripts(bpftrace).length, differences: [] };
}

/** Processes of the bpftrace of that directory that run a script for NetGuard. */
function scripts(directory: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const words = commandOf(pid);
    return words.some((word) => word.startsWith(`${directory}/`)) && words.includes('json');
  });
}

/** None of a process that has ended. */
function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
