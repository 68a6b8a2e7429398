/**
 * Makes dist/: the package that is shipped. Built JavaScript in a few files (sources would start four times slower and do
 * not start under node_modules at all), the kernel programs, and a package.json with the dependencies that stay outside.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

interface PackageFile {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function packageFile(path: string): PackageFile {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as PackageFile;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'bin'), { recursive: true });

await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'packages/cli/src/main.ts',
    worker: 'packages/agent/src/worker/worker.ts',
    'pod-program': 'packages/cli/src/demo/pod-program.ts',
  },
  outdir: dist,
  bundle: true,
  /* Names stay, so that a stack trace can be read. */
  minifyWhitespace: true,
  minifySyntax: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: ['koffi'],
  /* CommonJS libraries in the bundle ask for Node's own modules by require(). */
  banner: {
    js: "import { createRequire as ngRequire } from 'node:module';\nconst require = ngRequire(import.meta.url);",
  },
  chunkNames: 'chunk-[hash]',
  legalComments: 'linked',
  logLevel: 'warning',
});

const workspace = packageFile('.');
const manifest = {
  name: 'netguard',
  version: packageFile('packages/cli').version,
  description: 'Real-time network threat detection for every pod on a Kubernetes node, with eBPF',
  license: 'Apache-2.0',
  type: 'module',
  bin: { netguard: 'bin/netguard' },
  os: ['linux'],
  cpu: ['x64', 'arm64'],
  dependencies: { koffi: packageFile('packages/libbpf').dependencies?.koffi },
  optionalDependencies: workspace.optionalDependencies,
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

cpSync(join(root, 'packages/cli/bin/netguard'), join(dist, 'bin/netguard'));
chmodSync(join(dist, 'bin/netguard'), 0o755);
cpSync(join(root, 'packages/cli/src/lab/reaper.sh'), join(dist, 'reaper.sh'));
cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
for (const name of ['sockets', 'packets', 'probes', 'cgroups']) {
  cpSync(join(root, `bpf/build/${name}.bpf.o`), join(dist, `bpf/${name}.bpf.o`));
}
for (const name of ['LICENSE.GPL-2.0', 'LICENSE.BSD-2-Clause'])
  cpSync(join(root, 'bpf', name), join(dist, 'bpf', name));
console.log(`built ${dist}`);
