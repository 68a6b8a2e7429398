/**
 * Packets a second through `netguard replay`, step by step, on captures that are made here: ordinary traffic, and a flood from
 * invented sources. And its memory at 10 % and at 100 % of a capture. No root. Run: `node bench/replay.ts [packets]`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig, replayCaptures } from '@netguard/agent';
import { CaptureTracker, Dissector } from '@netguard/core';
import { writeFloodCapture, writeOrdinaryCapture } from './support/capture-file.ts';
import { machineLine } from './support/machine.ts';
import { readCapture } from './support/read-capture.ts';
import { mebibytes, number, printTable, ratio } from './support/report.ts';
import { size } from './support/sizes.ts';

const PACKETS = Number(process.argv[2] ?? size(400_000, 20_000));
const LIMITS = { listenerSyns: 200, sourceSyns: 160, probePorts: 15, windowMs: 1000, graceMs: 150 };

console.log(`\n== replay\n${number(PACKETS)} packets a capture, each step with all before it\n${machineLine()}`);
const directory = mkdtempSync(join(tmpdir(), 'netguard-bench-'));
try {
  const rows: string[][] = [];
  for (const [name, write] of [
    ['ordinary', writeOrdinaryCapture],
    ['flood', writeFloodCapture],
  ] as const) {
    const file = join(directory, `${name}.pcap`);
    const bytes = write(file, PACKETS);
    readCapture(file, () => {});
    rows.push(...(await steps(name, file, bytes)));
  }
  printTable(['capture and step', 'packets/s', 'MB/s', 'to reading only', 'MiB at 10 %', 'MiB at 100 %'], rows);
  compare(join(directory, 'ordinary.pcap'));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function steps(name: string, file: string, bytes: number): Promise<string[][]> {
  const reading = cpuSeconds(() => readCapture(file, () => {}));
  const dissecting = cpuSeconds(() => {
    const dissector = new Dissector();
    readCapture(file, (frame) => dissector.dissect(frame));
  });
  const tracking = cpuSeconds(() => track(file));
  const memory: number[] = [];
  const begin = process.threadCpuUsage();
  await replayCaptures({
    config: defaultConfig(),
    files: [file],
    onProgress: ({ bytes: read }) => {
      if (memory.length === 0 && read >= bytes / 10) memory.push(process.memoryUsage.rss());
    },
  });
  const replaying = secondsSince(begin);
  memory.push(process.memoryUsage.rss());
  const row = (step: string, seconds: number, rss: readonly number[] = []): string[] => [
    `${name}: ${step}`,
    number(PACKETS / seconds),
    number(bytes / seconds / 1e6, 1),
    ratio(seconds / reading),
    ...(rss.length > 0 ? rss.map(mebibytes) : ['', '']),
  ];
  return [
    row('read', reading),
    row('dissect', dissecting),
    row('track', tracking),
    row('replay (detectors)', replaying, memory),
  ];
}

function track(file: string): void {
  const dissector = new Dissector();
  let observations = 0;
  const tracker = new CaptureTracker({ limits: LIMITS, observe: () => observations++ });
  readCapture(file, (frame) => {
    if (dissector.dissect(frame)) tracker.packet(dissector.packet);
  });
  tracker.advance(tracker.nowMs + 3000);
  if (observations === 0) throw new Error('nothing was observed');
}

function cpuSeconds(work: () => unknown): number {
  const begin = process.threadCpuUsage();
  work();
  return secondsSince(begin);
}

/** The thread's own CPU time: what others do on this machine meanwhile is not counted. */
function secondsSince(begin: NodeJS.CpuUsage): number {
  const used = process.threadCpuUsage(begin);
  return (used.user + used.system) / 1e6;
}

/** What others need to read the same capture, where they are installed. */
function compare(file: string): void {
  const programs: Readonly<Record<string, readonly string[]>> = {
    tcpdump: ['-n', '-q', '-r', file],
    suricata: ['-r', file, '-k', 'none', '-l', directory, '--runmode', 'single'],
  };
  for (const [program, args] of Object.entries(programs)) {
    const began = performance.now();
    const { error, status } = spawnSync(program, args, { stdio: 'ignore' });
    const seconds = (performance.now() - began) / 1000;
    if (error) console.log(`${program}: not installed`);
    else console.log(`${program}: ${number(PACKETS / seconds)} packets/s, start included (status ${status})`);
  }
}
