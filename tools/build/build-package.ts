/**
 * The package that is shipped: built JavaScript in a few files (sources would start four times slower and do not start under
 * node_modules at all), the kernel programs, and a package.json with the dependencies that stay outside.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

interface PackageFile {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function packageFile(path: string): PackageFile {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as PackageFile;
}

/** The version of everything that is shipped. */
export function shippedVersion(): string {
  return packageFile('packages/cli').version;
}

/** Writes the package into an empty directory. Returns the names of the npm packages that are inside the built files. */
export async function buildPackage(directory: string): Promise<string[]> {
  mkdirSync(join(directory, 'bin'), { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      main: 'packages/cli/src/main.ts',
      worker: 'packages/agent/src/worker/worker.ts',
      'load-thread': 'packages/libbpf/src/load-thread.ts',
      'pod-program': 'packages/cli/src/demo/pod-program.ts',
    },
    outdir: directory,
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
    metafile: true,
  });

  const manifest = {
    name: 'netguard',
    version: shippedVersion(),
    description: 'Real-time network threat detection for every pod on a Kubernetes node, with eBPF',
    license: 'Apache-2.0',
    type: 'module',
    bin: { netguard: 'bin/netguard' },
    files: ['bin', 'bpf', '*.js', '*.LEGAL.txt', 'reaper.sh'],
    os: ['linux'],
    cpu: ['x64', 'arm64'],
    dependencies: { koffi: packageFile('packages/libbpf').dependencies?.koffi },
    optionalDependencies: packageFile('.').optionalDependencies,
  };
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

  cpSync(join(root, 'packages/cli/bin/netguard'), join(directory, 'bin/netguard'));
  chmodSync(join(directory, 'bin/netguard'), 0o755);
  cpSync(join(root, 'packages/cli/src/lab/reaper.sh'), join(directory, 'reaper.sh'));
  cpSync(join(root, 'LICENSE'), join(directory, 'LICENSE'));
  for (const name of ['sockets', 'packets', 'probes', 'cgroups']) {
    cpSync(join(root, `bpf/build/${name}.bpf.o`), join(directory, `bpf/${name}.bpf.o`));
  }
  /* What programs of users include. */
  cpSync(join(root, 'bpf/include/netguard/kernel.h'), join(directory, 'bpf/include/netguard/kernel.h'));
  for (const name of ['LICENSE.GPL-2.0', 'LICENSE.BSD-2-Clause'])
    cpSync(join(root, 'bpf', name), join(directory, 'bpf', name));
  return packagesOf(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)));
}

/** Names of the npm packages that some files belong to, sorted. */
function packagesOf(files: readonly string[]): string[] {
  const names = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}
