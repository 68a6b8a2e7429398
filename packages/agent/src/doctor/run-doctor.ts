/** Looks at this machine and says what NetGuard needs, what it lacks, and what is lost without it. Changes nothing. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { BpfError, cgroupQuery, features, isBpfFs } from '@netguard/libbpf';
import type { Config } from '../config/schema.ts';
import { parseListenAddress } from '../config/schema-types.ts';
import { findCgroupMount } from '../identify/cgroup-tree.ts';
import { hostPidsVisible } from '../identify/process-table.ts';
import { objectDirectory } from '../sources/ebpf/objects.ts';
import { chooseMultiPattern } from '../vectorscan/choose-multi-pattern.ts';
import type { ProgramStatus } from '../worker/messages.ts';
import { cgroupMountCheck, exclusiveProgramCheck } from './cgroup-checks.ts';
import {
  bpffsCheck,
  hostPidsCheck,
  libbpfCheck,
  objectsCheck,
  patternSearchCheck,
  portCheck,
  stateDirCheck,
} from './host-checks.ts';
import { hubbleChecks } from './hubble-checks.ts';
import { btfCheck, kernelCheck, memlockCheck } from './kernel-checks.ts';
import { payloadCheck } from './payload-check.ts';
import { type BpfTrial, bpfCallCheck, capabilityChecks } from './privilege-checks.ts';
import { programChecks } from './program-checks.ts';
import type { DoctorCheck, DoctorReport } from './report.ts';

/** Loads and attaches the real programs, reports on each, and detaches them again. */
export type SelfTest = () => Promise<readonly ProgramStatus[]>;

/** Never throws: what goes wrong is the report. Without `selfTest` the programs themselves are not tried. */
export async function runDoctor(config: Config, selfTest?: SelfTest): Promise<DoctorReport> {
  const source =
    config.sources.kind === 'hubble' ? await hubbleChecks(config.sources.hubble) : await ebpfChecks(config, selfTest);
  const checks = [
    ...source,
    portCheck(config.server.listen, await tryListen(config.server.listen)),
    stateDirCheck(config.stateDir, tryWrite(config.stateDir)),
    patternSearchCheck(chooseMultiPattern(), config.rules.files.length > 0),
  ];
  return { kernel: release(), checks, failed: checks.some((check) => check.required && check.status === 'fail') };
}

async function ebpfChecks(config: Config, selfTest: SelfTest | undefined): Promise<DoctorCheck[]> {
  const kernel = release();
  const status = readText('/proc/self/status');
  const mount = attempt(() => findCgroupMount(config.sources.ebpf.cgroupRoot));
  const libbpf = attempt(() => features.libbpfVersion());
  const checks: DoctorCheck[] = [
    kernelCheck(kernel),
    btfCheck(features.hasVmlinuxBtf()),
    libbpfCheck(libbpf),
    ...capabilityChecks(status),
  ];
  /* Without the library nothing below can be tried: its own check says so. */
  if (!(libbpf instanceof Error)) checks.push(bpfCallCheck(status, tryBpf()));
  checks.push(objectsCheck(attempt(() => objectDirectory(config.sources.ebpf.objectDir))), cgroupMountCheck(mount));
  if (!(mount instanceof Error) && !(libbpf instanceof Error)) {
    const queries = ['cgroup_inet_ingress', 'cgroup_inet_egress'].map((type) =>
      attempt(() => cgroupQuery(mount.mountPoint, type)),
    );
    checks.push(exclusiveProgramCheck(queries));
  }
  if (selfTest && checks.every((check) => check.status !== 'fail'))
    checks.push(...programChecks(await attemptAsync(selfTest)));
  checks.push(
    payloadCheck(config.payload),
    hostPidsCheck(hostPidsVisible()),
    memlockCheck(kernel, readText('/proc/self/limits')),
    bpffsCheck(attempt(() => isBpfFs('/sys/fs/bpf')) === true),
  );
  return checks;
}

function tryBpf(): BpfTrial {
  try {
    return features.probeMapType('array') ? { ok: true } : { ok: false, errno: 1, message: 'a map was refused' };
  } catch (error) {
    return { ok: false, errno: error instanceof BpfError ? error.errno : 0, message: messageOf(error) };
  }
}

function tryListen(listen: string): Promise<NodeJS.ErrnoException | undefined> {
  const address = parseListenAddress(listen);
  if (!address) return Promise.resolve(new Error('is no address:port'));
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | undefined>();
  const server = createServer();
  server.once('error', resolve);
  server.listen({ host: address.host, port: address.port, exclusive: true }, () =>
    server.close(() => resolve(undefined)),
  );
  return promise;
}

/** The directory, or the nearest one above it that exists: it is made at the start. */
function tryWrite(directory: string): Error | undefined {
  let existing = directory;
  while (!existsSync(existing) && existing !== dirname(existing)) existing = dirname(existing);
  const found = attempt(() => accessSync(existing, constants.W_OK | constants.X_OK));
  return found instanceof Error ? found : undefined;
}

function readText(path: string): string {
  const text = attempt(() => readFileSync(path, 'utf8'));
  return text instanceof Error ? '' : text;
}

function attempt<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

async function attemptAsync<T>(action: () => Promise<T>): Promise<T | Error> {
  try {
    return await action();
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
