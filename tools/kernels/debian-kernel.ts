/**
 * A kernel of Debian, and the busybox of the same release, by an apt configuration of their own: the system's sources, lists
 * and packages are left as they are, and nothing is installed.
 */
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, WorkDirectory } from './cache.ts';
import { output } from './command.ts';
import type { KernelChoice } from './list.ts';

/** Small, without drivers of hardware; but for those its configuration is that of Debian's other kernels. */
const PACKAGE = 'linux-image-cloud-amd64';
/** What of it and its dependencies has files of the kernel; since 7.0 there are several. */
const PARTS = /^linux-(?:image|binary|modules)-\d\S*-cloud-amd64$/gm;
const MIRROR = process.env.NETGUARD_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const FETCH_MS = 180_000;

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

/** Fetches what is not in the cache yet; `again` looks for a newer one. Throws what apt said when it cannot be had. */
export async function debianKernel(choice: KernelChoice, again = false): Promise<DebianKernel> {
  const directory = cached(choice.suite);
  if (again || !existsSync(directory)) await fetchInto(directory, choice);
  const { release, version } = JSON.parse(readFileSync(join(directory, 'kernel.json'), 'utf8')) as Record<
    string,
    string
  >;
  if (release === undefined || version === undefined) throw new Error(`${directory} is damaged: remove it`);
  const [image = '', veth = '', busybox = ''] = ['vmlinuz', 'veth.ko', 'busybox'].map((name) => join(directory, name));
  return { choice, release, version, image, veth, busybox };
}

async function fetchInto(directory: string, { suite }: KernelChoice): Promise<void> {
  if (process.arch !== 'x64') throw new Error('kernels are tried on x86_64 only');
  using work = new WorkDirectory();
  const apt = aptOf(work.path, suite);
  await apt('apt-get', ['update', '--quiet']);
  const depends = await apt('apt-cache', ['depends', '--recurse', '--important', PACKAGE]);
  const packages = [...new Set(depends.match(PARTS))];
  if (packages.length === 0) throw new Error(`Debian ${suite} has no ${PACKAGE} at ${MIRROR}`);
  await apt('apt-get', ['download', '--quiet', ...packages, 'busybox-static']);
  const version = /^Version: (.+)$/m.exec(await apt('apt-cache', ['show', packages[0]!]))?.[1] ?? 'unknown';
  const kept = join(work.path, 'kept');
  mkdirSync(kept);
  for (const file of globSync('*.deb', { cwd: work.path })) await unpack(join(work.path, file), work.path);
  const release = await keep(work.path, kept);
  writeFileSync(join(kept, 'kernel.json'), `${JSON.stringify({ release, version })}\n`);
  rmSync(directory, { recursive: true, force: true });
  renameSync(kept, directory);
}

/** Runs apt's programs with lists, cache and state of their own, and no package installed. */
function aptOf(root: string, suite: string): (program: string, args: readonly string[]) => Promise<string> {
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'status'), '');
  writeFileSync(join(root, 'sources.list'), `deb [signed-by=${KEYRING}] ${MIRROR} ${suite} main\n`);
  const settings = {
    'Dir::State': root,
    'Dir::State::Lists': join(root, 'lists'),
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': root,
    'Dir::Etc::sourcelist': join(root, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    /* The user that apt gives its privileges up for cannot write here. */
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  writeFileSync(join(root, 'apt.conf'), lines.join(''));
  const env = { APT_CONFIG: join(root, 'apt.conf') };
  return (program, args) => output(program, args, { cwd: root, env, limitMs: FETCH_MS });
}

/** Only what is kept of a package: all of it would be a hundred megabytes of modules. */
async function unpack(file: string, directory: string): Promise<void> {
  const wanted = "'*/vmlinuz*' '*/net/veth.ko*' '*/bin/busybox'";
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
  return /modules\/([^/]+)\//.exec(module)?.[1] ?? 'unknown';
}
