import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOOK_EVERY_MS = 20;

export interface SuricataCost {
  /** Processor time of all its threads. */
  readonly cpuSeconds: number;
  /** The most that was resident. */
  readonly peakBytes: number;
}

/** One run of Suricata over a directory of captures, on one detecting thread; undefined where it is not installed. */
export async function suricataCost(captures: string, rules: string | undefined): Promise<SuricataCost | undefined> {
  const output = mkdtempSync(join(tmpdir(), 'netguard-suricata-'));
  const set = ['HOME_NET', 'EXTERNAL_NET'].flatMap((name) => ['--set', `vars.address-groups.${name}=any`]);
  const from = ['-k', 'none', '--runmode', 'single', '-r', captures, '-l', output, '-c', '/etc/suricata/suricata.yaml'];
  const child = spawn('suricata', [...from, '-S', rules ?? '/dev/null', ...set], { stdio: 'ignore' });
  let cost: SuricataCost = { cpuSeconds: 0, peakBytes: 0 };
  const look = (): void => {
    cost = costOf(child.pid) ?? cost;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    const status = await new Promise<number | undefined>((resolve) => {
      child.on('error', () => resolve(undefined));
      child.on('exit', (code) => resolve(code ?? undefined));
    });
    return status === 0 ? cost : undefined;
  } finally {
    clearInterval(timer);
    rmSync(output, { recursive: true, force: true });
  }
}

/** From /proc, as it stood a moment before the end: what is missing is less than `LOOK_EVERY_MS`. */
function costOf(pid: number | undefined): SuricataCost | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined
      ? undefined
      : { cpuSeconds: (Number(user) + Number(system)) / 100, peakBytes: Number(peak) * 1024 };
  } catch {
    return undefined;
  }
}
