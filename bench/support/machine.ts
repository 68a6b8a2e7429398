import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release } from 'node:os';

/** Ends the process when it is not root: kernel programs, namespaces and statistics need it. */
export function requireRoot(): void {
  if (process.geteuid?.() === 0) return;
  console.error(
    'This benchmark loads kernel programs and makes network namespaces: run it as root, for example with sudo.',
  );
  process.exit(2);
}

/** One line that says where figures come from: kernel, CPU, cores, virtualisation, load at the start, date. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const load = loadavg()[0]?.toFixed(2);
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `Linux ${release()}, ${model}, ${availableParallelism()} cores, ${virtualisation()}, Node ${process.version}, load ${load}, ${date} UTC`;
}

function virtualisation(): string {
  const vendor = read('/sys/class/dmi/id/sys_vendor');
  const guest = / hypervisor( |$)/m.test(read('/proc/cpuinfo'));
  return guest ? `virtual machine${vendor ? ` (${vendor})` : ''}` : 'bare metal';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
