import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { raisedKey } from './raised-key.ts';

const CONFIG = '/etc/suricata/suricata.yaml';

interface EveAlert {
  readonly src_ip: string;
  readonly src_port?: number;
  readonly dest_ip: string;
  readonly dest_port?: number;
  readonly alert: { readonly signature_id: number };
}

export interface SuricataRun {
  readonly version: string;
  /** `raisedKey` of each, with how often it was raised. */
  readonly alerts: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** What it says of the rules. */
  readonly loaded: string;
}

/**
 * Runs Debian's Suricata over captures that are given as bytes by name, with one file of rules, checksums unchecked, HOME_NET
 * and EXTERNAL_NET any. One run for all, as loading the rules takes most of its time. Throws when it is not installed.
 */
export function runSuricata(captures: ReadonlyMap<string, Uint8Array>, ruleFile: string): SuricataRun {
  const directory = mkdtempSync(join(tmpdir(), 'netguard-suricata-'));
  try {
    const input = join(directory, 'in');
    const output = join(directory, 'out');
    spawnSync('mkdir', [input, output]);
    for (const [name, bytes] of captures) if (bytes.length > 0) writeFileSync(join(input, name), bytes);
    const began = process.hrtime.bigint();
    const { status, stderr, stdout, error } = spawnSync('suricata', argumentsFor(input, output, ruleFile), {
      encoding: 'utf8',
      maxBuffer: 64 * 1_048_576,
    });
    if (error !== undefined || status !== 0) {
      throw new Error(`suricata ended with ${status ?? error}: apt-get install suricata. ${stderr.slice(-2000)}`);
    }
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const version = spawnSync('suricata', ['-V'], { encoding: 'utf8' }).stdout.trim();
    const loaded = /\d+ rules successfully loaded[^\n]*/.exec(stdout + stderr)?.[0] ?? '';
    return { version, alerts: readAlerts(output), seconds, loaded };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function argumentsFor(input: string, output: string, ruleFile: string): string[] {
  const settings = [
    'vars.address-groups.HOME_NET=any',
    'vars.address-groups.EXTERNAL_NET=any',
    'app-layer.protocols.tls.ja3-fingerprints=yes',
  ];
  const set = settings.flatMap((setting) => ['--set', setting]);
  return ['-v', '-k', 'none', '--runmode', 'single', '-r', input, '-S', ruleFile, '-l', output, '-c', CONFIG, ...set];
}

function readAlerts(output: string): Map<string, number> {
  const alerts = new Map<string, number>();
  if (!readdirSync(output).includes('eve.json')) throw new Error('suricata wrote no eve.json');
  for (const line of readFileSync(join(output, 'eve.json'), 'utf8').split('\n')) {
    if (!line.includes('"event_type":"alert"')) continue;
    const { alert, ...ends } = JSON.parse(line) as EveAlert;
    const source = { ip: ends.src_ip, port: ends.src_port ?? 0 };
    const key = raisedKey(alert.signature_id, source, { ip: ends.dest_ip, port: ends.dest_port ?? 0 });
    alerts.set(key, (alerts.get(key) ?? 0) + 1);
  }
  return alerts;
}
