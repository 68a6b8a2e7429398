/** Debian's bpftrace with every library that it wants, apart from those of the machine. Nothing is installed. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { cached, WorkDirectory } from './cache.ts';
import { output } from './command.ts';
import { PrivateApt } from './private-apt.ts';

const SUITE = 'trixie';
const PACKAGE = 'bpftrace';
/** What it depends on and loads: libraries. The rest is for their installation. */
const LIBRARY = /^(?:lib(?!debconf)|zlib)/;
const LOADER = 'ld-linux-x86-64.so.2';
const WANTED = "'./usr/bin/bpftrace' './usr/lib/x86_64-linux-gnu/*.so*' './usr/lib64/*.so*'";

/**
 * A directory with the command `bpftrace`, which runs from any place: through its own loader, with its own libraries. Fetches it
 * unless it is in the cache. Rejects with what apt said when it cannot be had.
 */
export async function debianBpftrace(): Promise<string> {
  const directory = cached(PACKAGE);
  if (!existsSync(directory)) await fetchInto(directory);
  return directory;
}

async function fetchInto(directory: string): Promise<void> {
  if (process.arch !== 'x64') throw new Error('bpftrace is fetched for x86_64 only');
  using work = new WorkDirectory();
  const apt = await PrivateApt.open(join(work.path, 'apt'), SUITE);
  const names = (await apt.dependencies(PACKAGE)).filter((name) => name === PACKAGE || LIBRARY.test(name));
  await apt.download(names, work.path);
  const tree = join(work.path, 'tree');
  mkdirSync(tree);
  const script = `dpkg-deb --fsys-tarfile "$1" | tar -x --wildcards -C "$2" ${WANTED} 2>/dev/null || true`;
  for (const file of globSync('*.deb', { cwd: work.path }))
    await output('sh', ['-c', script, 'sh', join(work.path, file), tree]);
  const kept = join(work.path, 'kept');
  await keep(tree, kept);
  /* Another run may have been first. */
  if (!existsSync(directory)) renameSync(kept, directory);
}

/** Libraries by the names that are asked for: what `ldd` finds among them, not all that came with them. */
async function keep(tree: string, to: string): Promise<void> {
  const libraries = join(tree, 'usr/lib/x86_64-linux-gnu');
  mkdirSync(join(to, 'lib'), { recursive: true });
  const loader = realpathSync(join(libraries, LOADER));
  const list = await output(loader, ['--library-path', libraries, '--list', join(tree, 'usr/bin', PACKAGE)]);
  for (const [, file = ''] of list.matchAll(/=> (\/\S+) \(/g)) copyFileSync(file, join(to, 'lib', basename(file)));
  copyFileSync(loader, join(to, LOADER));
  copyFileSync(join(tree, 'usr/bin', PACKAGE), join(to, 'lib', PACKAGE));
  const command = `#!/bin/sh
here=$(dirname "$0")
exec "$here/${LOADER}" --library-path "$here/lib" "$here/lib/${PACKAGE}" "$@"
`;
  writeFileSync(join(to, PACKAGE), command);
  chmodSync(join(to, PACKAGE), 0o755);
}
