/** Boots a kernel under qemu and listens to what its guest tells. No qemu outlives the process that started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { GuestLine, KernelReport } from '../../test/kernels/report.ts';
import { notInstalled } from './command.ts';
import type { DebianKernel } from './debian-kernel.ts';

const QEMU = 'qemu-system-x86_64';
/** Some three times what the slowest takes on a busy machine. The guest would end by itself a little earlier. */
const LIMIT_MS = 300_000;
const MEMORY_MB = 2048;
const LOG_LINES = 25;

/** What the guest told until it was off. Throws with the end of its console when it did not tell all, or took too long. */
export async function boot(
  kernel: DebianKernel,
  initrd: string,
  directory: string,
  onLine: (line: GuestLine) => void = () => {},
): Promise<KernelReport> {
  const start = performance.now();
  const log = join(directory, `console-${kernel.release}.log`);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', QEMU, ...qemuArguments(kernel.image, initrd, log)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const [lines, complaint] = await Promise.all([heard(child, onLine), text(child), once(child, 'close')]);
  if (child.exitCode === 127) throw notInstalled(QEMU);
  const failed = lines.find((line) => line.kind === 'failed');
  if (failed || !lines.some(({ kind }) => kind === 'done')) {
    const why = failed?.message ?? `it told no end (${child.signalCode ?? child.exitCode}) ${complaint}`;
    throw new Error(`Linux ${kernel.release} under ${QEMU}: ${why}\n${consoleEnd(log)}`);
  }
  return reportOf(lines, kernel, (performance.now() - start) / 1000);
}

/** By software alone: KVM is not to be had in virtual machines, where it may be there and not work. The first serial line is the console, the second what is told. */
function qemuArguments(image: string, initrd: string, log: string): string[] {
  const machine = ['-machine', 'pc,accel=tcg', '-cpu', 'max', '-m', String(MEMORY_MB), '-smp', '2'];
  const devices = ['-nodefaults', '-no-user-config', '-display', 'none', '-nic', 'none', '-no-reboot'];
  const serial = ['-serial', `file:${log}`, '-chardev', 'stdio,id=told,signal=off', '-serial', 'chardev:told'];
  const command = 'console=ttyS0 panic=-1 mitigations=off random.trust_cpu=on rdinit=/init';
  return [...machine, ...devices, ...serial, '-kernel', image, '-initrd', initrd, '-append', command];
}

async function heard(child: ChildProcess, onLine: (line: GuestLine) => void): Promise<GuestLine[]> {
  const lines: GuestLine[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    if (!line.startsWith('{')) continue;
    const told = JSON.parse(line) as GuestLine;
    lines.push(told);
    onLine(told);
  }
  return lines;
}

async function text(child: ChildProcess): Promise<string> {
  let all = '';
  for await (const chunk of child.stderr!) all += String(chunk);
  return all.trim();
}

function reportOf(lines: readonly GuestLine[], { release }: DebianKernel, seconds: number): KernelReport {
  return {
    release: lines.find((line) => line.kind === 'kernel')?.release ?? release,
    trials: lines.filter((line) => line.kind === 'trial'),
    counts: lines.filter((line) => line.kind === 'count'),
    daemon: lines.find((line) => line.kind === 'daemon'),
    seconds,
  };
}

function consoleEnd(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  } catch {
    return '';
  }
}
