/**
 * `npm run record -- NAME…`: plays live scenarios of test/scenarios one after the other in a lab and keeps what tcpdump saw of
 * them in their folders, for test/scenarios/captures.test.ts. Needs root, tcpdump and the tools of the scenarios.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { explainError, nearestName } from '@netguard/core';
import { findProgram, requireLabHost } from '../packages/cli/src/lab/requirements.ts';
import { loadScenario, scenarioIds } from '../test/scenarios/support/folders.ts';
import { record } from '../test/scenarios/support/record.ts';
import { isRecorded, readRecording } from '../test/scenarios/support/recording.ts';
import { requireTcpdump } from '../test/scenarios/support/tcpdump.ts';

const USAGE = `usage: npm run record -- [OPTIONS] NAME…
  NAME             a folder of test/scenarios; its capture.pcap.gz, identities.yaml and recording.json are written anew
  --all            every scenario that has a capture
  --max-packets N  a capture ends after N packets, from 1 to 1000000 (as before, else 12000)
  --help           this text`;

const DEFAULT_PACKETS = 12_000;

/** How a program says its version. */
const VERSIONS = {
  tcpdump: { args: ['--version'], pattern: /tcpdump version (\S+)/ },
  nmap: { args: ['--version'], pattern: /Nmap version (\S+)/ },
  masscan: { args: ['--version'], pattern: /Masscan version (\S+)/ },
  hping3: { args: ['--version'], pattern: /hping3 version (\S+)/ },
  uname: { args: ['-r'], pattern: /^(\d+\.\d+)/ },
} as const;

const { names, maxPackets } = readArguments();
try {
  requireLabHost();
  requireTcpdump();
  for (const name of names) {
    const limit = maxPackets ?? (isRecorded(name) ? readRecording(name).recording.maxPackets : DEFAULT_PACKETS);
    const { packets, bytes } = await record(await loadScenario(name), limit, versions());
    console.log(`${name}: ${packets} packets${packets === limit ? ', cut' : ''}, ${(bytes / 1000).toFixed(1)} kB`);
  }
} catch (error) {
  console.error(explainError(error));
  process.exit(1);
}

function readArguments(): { names: readonly string[]; maxPackets: number | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        'max-packets': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const limit = values['max-packets'];
    const maxPackets = limit === undefined ? undefined : Number(limit);
    if (maxPackets !== undefined && (!Number.isInteger(maxPackets) || maxPackets < 1 || maxPackets > 1_000_000)) {
      throw new Error('--max-packets takes a whole number from 1 to 1000000.');
    }
    const known = scenarioIds();
    for (const name of positionals) if (!known.includes(name)) throw new Error(unknown(name, known));
    const names = new Set([...(values.all ? known.filter(isRecorded) : []), ...positionals]);
    if (names.size === 0) throw new Error('Name at least one scenario.');
    return { names: [...names], maxPackets };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

function unknown(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `test/scenarios has no ${name}${nearest === undefined ? '' : `; did you mean ${nearest}`}.`;
}

function versions(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [program, { args, pattern }] of Object.entries(VERSIONS)) {
    const path = findProgram(program);
    const said = path === undefined ? undefined : spawnSync(path, args, { encoding: 'utf8' });
    const version = pattern.exec(`${said?.stdout}${said?.stderr}`)?.[1];
    if (version !== undefined) found[program === 'uname' ? 'linux' : program] = version;
  }
  return { ...found, node: process.versions.node };
}
