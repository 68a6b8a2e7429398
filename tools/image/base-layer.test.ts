import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { baseTree } from './base-layer.ts';
import { type DebFile, readDebFile } from './deb-file.ts';
import { DEBIAN_PACKAGES } from './debian-packages.ts';

let work = '';
before(() => {
  work = mkdtempSync(join(tmpdir(), 'netguard-debs-'));
});
after(() => rmSync(work, { recursive: true, force: true }));

interface Contents {
  readonly version?: string;
  readonly depends?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

/** A package made by dpkg-deb, read back. */
async function deb(
  name: string,
  { version = '1.0-1', depends, files = {}, links = {} }: Contents = {},
): Promise<DebFile> {
  const directory = mkdtempSync(join(work, `${name}-`));
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@example.test>\n${
    depends === undefined ? '' : `Depends: ${depends}\n`
  }Description: made for a test\n`;
  const all = { 'DEBIAN/control': control, ...files };
  for (const path of [...Object.keys(all), ...Object.keys(links)])
    mkdirSync(join(directory, dirname(path)), { recursive: true });
  for (const [path, text] of Object.entries(all)) writeFileSync(join(directory, path), text, { mode: 0o644 });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(directory, path));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', directory, `${directory}.deb`], {
    stdio: 'pipe',
  });
  return readDebFile(`${directory}.deb`);
}

const release = { 'usr/lib/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n' };

/** All packages of the base, empty but for those that are given. */
async function debs(given: Readonly<Record<string, Contents>> = {}): Promise<DebFile[]> {
  const contents: Record<string, Contents> = { 'base-files': { files: release }, ...given };
  return Promise.all(DEBIAN_PACKAGES.map((name) => deb(name, contents[name])));
}

test('the base has libraries, licences, certificates, users and what scanners read, and no manuals', async () => {
  const tree = baseTree(
    await debs({
      libbpf1: {
        version: '1:1.5.0-3',
        depends: 'libc6 (>= 2.38), zlib1g (>= 1:1.1) | other',
        files: {
          'usr/lib/x/libbpf.so.1.5.0': 'library',
          'usr/lib/x/gconv/A.so': 'character set',
          'usr/share/doc/libbpf1/copyright': 'licence',
          'usr/share/doc/libbpf1/changelog.gz': 'news',
          'usr/share/man/man1/x.1': 'manual',
        },
        links: { 'usr/lib/x/libbpf.so.1': 'libbpf.so.1.5.0' },
      },
      'ca-certificates': {
        depends: 'openssl, debconf (>= 0.5) | debconf-2.0',
        files: { 'usr/share/ca-certificates/mozilla/B.crt': 'B\n', 'usr/share/ca-certificates/mozilla/A.crt': 'A' },
      },
    }),
  );
  const text = (path: string) => {
    const entry = tree.get(path);
    return entry?.kind === 'file' ? Buffer.from(entry.data).toString() : entry;
  };
  assert.equal(text('usr/lib/x/libbpf.so.1.5.0'), 'library');
  assert.deepEqual(text('usr/lib/x/libbpf.so.1'), { kind: 'symlink', target: 'libbpf.so.1.5.0' });
  assert.equal(text('usr/share/doc/libbpf1/copyright'), 'licence');
  assert.equal(text('etc/ssl/certs/ca-certificates.crt'), 'A\nB\n');
  assert.match(String(text('etc/passwd')), /^root:x:0:0:/);
  assert.match(String(text('var/lib/dpkg/status.d/libbpf1')), /^Package: libbpf1\nVersion: 1:1\.5\.0-3\n/);
  for (const path of ['usr/share/doc/libbpf1/changelog.gz', 'usr/share/man', 'usr/lib/x/gconv'])
    assert.equal(tree.get(path), undefined, path);
});

test('a library that a package needs and the base has not is refused by name', async () => {
  const all = await debs({ libbpf1: { depends: 'libc6, libnew7 (>= 3) | libnew8' } });
  assert.throws(() => baseTree(all), /libbpf1 needs libnew7 or libnew8/);
  assert.throws(() => baseTree(all.filter(({ name }) => name !== 'zlib1g')), /zlib1g is missing/);
});

test('packages of another release are refused, with what to do', async () => {
  const all = await debs({ 'base-files': { files: { 'usr/lib/os-release': 'VERSION_CODENAME=bookworm\n' } } });
  assert.throws(() => baseTree(all), {
    name: 'ImageError',
    message: /the apt sources are of bookworm, not of trixie/,
    hint: /--sources FILE/,
  });
});

test('a damaged package is named', async () => {
  const path = join(work, 'damaged.deb');
  writeFileSync(path, 'not a package');
  await assert.rejects(readDebFile(path), {
    name: 'ImageError',
    message: /^reading damaged\.deb: dpkg-deb: error: /,
  });
});
