import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackage, shippedVersion } from '../build/build-package.ts';
import { FileTree } from './file-tree.ts';
import { ImageError } from './image-error.ts';
import { APPLICATION_DIRECTORY } from './image-name.ts';
import { nodeVersion } from './node-layer.ts';
import { licenseText, readNpmPackage } from './npm-package.ts';
import type { Platform } from './platform.ts';
import { sbom } from './sbom.ts';

/** Of the built package; not its launcher, which is a shell script. */
const BUILT = [
  '*.js',
  '*.LEGAL.txt',
  'package.json',
  'LICENSE',
  'reaper.sh',
  'bpf/*.o',
  'bpf/LICENSE*',
  'bpf/include/**/*.h',
];
/** Of koffi, what is loaded; not its sources, its documents and the binary for another C library. */
const KOFFI = ['package.json', 'index.js', 'src/koffi/**/*.js'];

/**
 * Builds the application and lays it out as it is in the image: `netguard` on the path, the built files, the kernel programs,
 * koffi, licences and the bill of materials. `work` is an empty directory, filled with the built package.
 */
export async function applicationTree(
  platform: Platform,
  root: string,
  nodeModules: string,
  work: string,
): Promise<FileTree> {
  if (!existsSync(join(root, 'bpf/build/sockets.bpf.o')))
    throw new ImageError('collecting the kernel programs', 'they are not built', 'Run `npm run build:bpf`.');
  const bundled = await buildPackage(work);
  const tree = new FileTree();
  const copy = (from: string, patterns: string[], to: string) => {
    for (const name of globSync(patterns, { cwd: from }))
      tree.file(join(APPLICATION_DIRECTORY, to, name), readFileSync(join(from, name)));
  };
  copy(work, BUILT, '');
  tree.file(`${APPLICATION_DIRECTORY}/bin/netguard`, readFileSync(join(root, 'deploy/image/netguard.js')), 0o755);
  tree.symlink('usr/local/bin/netguard', '../lib/netguard/bin/netguard');

  const addon = `@koromix/koffi-linux-${platform.cpu}`;
  const addonFiles = ['package.json', 'index.js', `linux_${platform.cpu}/koffi.node`];
  copy(join(nodeModules, 'koffi'), KOFFI, 'node_modules/koffi');
  copy(join(nodeModules, addon), addonFiles, `node_modules/${addon}`);

  const packages = [
    ...bundled.map((name) => readNpmPackage(join(root, 'node_modules'), name)),
    ...['koffi', addon].map((name) => readNpmPackage(nodeModules, name)),
  ];
  for (const each of packages) {
    const text = licenseText(each);
    if (text) tree.file(`${APPLICATION_DIRECTORY}/licenses/${each.name}`, text);
  }
  const node = nodeVersion(platform, nodeModules);
  tree.file(`${APPLICATION_DIRECTORY}/netguard.cdx.json`, sbom(shippedVersion(), node, packages));

  // Mount points of a root that is read only: configuration and state.
  return tree.directory('etc/netguard').directory('var/lib/netguard', 0o700);
}
