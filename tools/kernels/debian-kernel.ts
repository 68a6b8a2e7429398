/** A kernel of Debian, and the busybox that its guest lives on. Nothing is installed. */
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, WorkDirectory } from './cache.ts';
import { output } from './command.ts';
import type { KernelChoice } from './list.ts';
import { PrivateApt } from './private-apt.ts';

/** Without drivers of hardware, and so a third as large; what concerns NetGuard is configured as in Debian's other kernels. */
const PACKAGE = 'linux-image-cloud-amd64';
/** What of it and its dependencies has files of the kernel; since 7.0 there are several. */
const PART = /^linux-(?:image|binary|modules)-\d\S*-cloud-amd64$/;
const BUSYBOX = 'busybox-static';

export interface DebianKernel {
  readonly choice: KernelChoice;
  /** As `uname -r` says it. */
  readonly release: string;
  /** Version of the Debian package. */
  readonly version: string;
  readonly image: string;
  /** The one module that is needed: no Debian kernel has veth built in. */
  readonly veth: string;
  readonly busybox: string;
}

/** Fetches what is not in the cache yet; `again` looks for a newer one. Rejects with what apt said when it cannot be had. */
export async function debianKernel(choice: KernelChoice, again = false): Promise<DebianKernel> {
  const directory = cached(choice.suite);
  if (again || !existsSync(directory)) await fetchInto(directory, choice);
  const known = JSON.parse(readFileSync(join(directory, 'kernel.json'), 'utf8')) as {
    release: string;
    version: string;
  };
  const [image = '', veth = '', busybox = ''] = ['vmlinuz', 'veth.ko', 'busybox'].map((name) => join(directory, name));
  return { choice, ...known, image, veth, busybox };
}

async function fetchInto(directory: string, { suite, busyboxSuite = suite }: KernelChoice): Promise<void> {
  if (process.arch !== 'x64') throw new Error('other kernels are tried on x86_64 only');
  using work = new WorkDirectory();
  const apt = await PrivateApt.open(join(work.path, 'apt'), suite);
  const packages = (await apt.dependencies(PACKAGE)).filter((name) => PART.test(name));
  const version = await apt.version(packages[0] ?? PACKAGE);
  await apt.download(packages, work.path);
  const other = busyboxSuite === suite ? apt : await PrivateApt.open(join(work.path, 'apt-busybox'), busyboxSuite);
  await other.download([BUSYBOX], work.path);
  for (const file of globSync('*.deb', { cwd: work.path })) await unpack(join(work.path, file), work.path);
  const kept = join(work.path, 'kept');
  mkdirSync(kept);
  const release = await keep(work.path, kept);
  writeFileSync(join(kept, 'kernel.json'), `${JSON.stringify({ release, version })}\n`);
  rmSync(directory, { recursive: true, force: true });
  renameSync(kept, directory);
}

/** Only what is kept of a package: all of it would be a hundred megabytes of modules. */
async function unpack(file: string, directory: string): Promise<void> {
  const wanted = "'*/vmlinuz*' '*/net/veth.ko*' '*/bin/busybox'";
  /* tar minds that no package has all of them; what is missing in the end is noticed by keep(). */
  const script = `dpkg-deb --fsys-tarfile "$1" | tar -x --wildcards -C "$2" ${wanted} 2>/dev/null || true`;
  await output('sh', ['-c', script, 'sh', file, directory]);
}

/** Puts image, module and busybox in one place and returns the release. */
async function keep(from: string, to: string): Promise<string> {
  const find = (pattern: string) => {
    const [found] = globSync(pattern, { cwd: from });
    if (found === undefined) throw new Error(`the packages hold no ${pattern}`);
    return found;
  };
  renameSync(join(from, find('{bin,usr/bin}/busybox')), join(to, 'busybox'));
  renameSync(join(from, find('{boot/vmlinuz-*,usr/lib/modules/*/vmlinuz}')), join(to, 'vmlinuz'));
  const module = find('{lib,usr/lib}/modules/*/kernel/drivers/net/veth.ko*');
  const packed = join(to, `veth.ko${module.endsWith('.xz') ? '.xz' : ''}`);
  renameSync(join(from, module), packed);
  if (packed.endsWith('.xz')) await output(join(to, 'busybox'), ['unxz', packed]);
  return /modules\/([^/]+)\//.exec(module)?.[1] ?? '';
}
