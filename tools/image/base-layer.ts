import type { DebFile } from './deb-file.ts';
import { DEBIAN_PACKAGES, requireTrixie } from './debian-packages.ts';
import { FileTree } from './file-tree.ts';
import { ImageError } from './image-error.ts';

/** What packages depend on for their maintainer scripts alone, which are not run. */
const FOR_SCRIPTS: ReadonlySet<string> = new Set(['awk', 'debconf', 'openssl']);

/** What nothing in the image reads: manuals, files for interactive shells, character sets, tools that need a shell. */
const UNUSED = [
  /^usr\/share\/(man|info|lintian|locale|gcc|gdb|base-files|dict|misc)(\/|$)/,
  /^usr\/share\/doc\/[^/]+\/(?!copyright$)/,
  /^usr\/lib\/[^/]+\/gconv(\/|$)/,
  /^usr\/sbin\//,
  /^etc\/(update-motd\.d|issue|issue\.net|skel|profile\.d)(\/|$)/,
  /^(boot|home|usr\/games|usr\/include|usr\/src|var\/backups|var\/local)(\/|$)/,
];

const FILES = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ],
  'etc/group': ['root:x:0:', 'nogroup:x:65534:'],
  'etc/nsswitch.conf': ['passwd: files', 'group: files', 'hosts: files dns'],
};

/** The root of Debian that is below everything: libraries, certificates, names of users, and what scanners look for. */
export function baseTree(debs: readonly DebFile[]): FileTree {
  requireDependencies(debs);
  const tree = new FileTree();
  for (const deb of debs) unpack(deb, tree);
  const release = tree.get('usr/lib/os-release');
  requireTrixie(release?.kind === 'file' ? Buffer.from(release.data).toString() : '');
  for (const [path, lines] of Object.entries(FILES)) tree.file(path, `${lines.join('\n')}\n`);
  // As update-ca-certificates joins them.
  tree.file('etc/ssl/certs/ca-certificates.crt', certificates(tree));
  // One paragraph a package: where Trivy, Grype and others find what is installed when there is no dpkg.
  for (const { name, control } of debs) tree.file(`var/lib/dpkg/status.d/${name}`, control);
  return tree;
}

function unpack({ name, entries }: DebFile, tree: FileTree): void {
  for (const { header, data } of entries) {
    const path = header.name.replace(/^\.\/|\/$/g, '');
    if (path === '' || UNUSED.some((pattern) => pattern.test(path))) continue;
    const mode = (header.mode ?? 0) & 0o7777;
    if (header.type === 'directory') tree.directory(path, mode);
    else if (header.type === 'symlink') tree.symlink(path, header.linkname ?? '');
    else if (header.type === 'file') tree.file(path, data ?? new Uint8Array(), mode);
    else
      throw new Error(`${name} has a ${header.type} at ${path}: the base layer knows files, directories and symlinks`);
  }
}

function requireDependencies(debs: readonly DebFile[]): void {
  const present = new Set(debs.map(({ name }) => name));
  const absent = DEBIAN_PACKAGES.find((name) => !present.has(name));
  const lacking = debs.flatMap(({ name, depends }) =>
    depends
      .filter((names) => !names.some((each) => present.has(each) || FOR_SCRIPTS.has(each)))
      .map((names) => `${name} needs ${names.join(' or ')}`),
  );
  const reason = absent === undefined ? lacking.join(', ') : `${absent} is missing`;
  if (reason === '') return;
  throw new ImageError('building the base layer', reason, 'Add it to tools/image/debian-packages.ts.');
}

function certificates(tree: FileTree): string {
  return tree
    .entries()
    .flatMap(([path, entry]) =>
      /^usr\/share\/ca-certificates\/.*\.crt$/.test(path) && entry.kind === 'file'
        ? `${Buffer.from(entry.data).toString().trimEnd()}\n`
        : [],
    )
    .join('');
}
