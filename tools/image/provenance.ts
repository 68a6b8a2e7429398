import { spawnSync } from 'node:child_process';
import { shippedVersion } from '../build/build-package.ts';
import type { Provenance } from './image-config.ts';
import { ImageError } from './image-error.ts';

/** Version, commit and time of what is built. The time is SOURCE_DATE_EPOCH or the commit's: never the clock's. */
export function provenanceOf(root: string): Provenance {
  const seconds = process.env.SOURCE_DATE_EPOCH ?? git(root, ['log', '-1', '--format=%ct']);
  if (seconds === undefined || !/^\d{1,11}$/.test(seconds)) {
    const reason = seconds === undefined ? 'this is no git checkout' : `SOURCE_DATE_EPOCH is "${seconds}"`;
    throw new ImageError('dating the image', reason, 'Set SOURCE_DATE_EPOCH to the seconds since 1970 of the release.');
  }
  return {
    version: shippedVersion(),
    // `-dirty` when the checkout differs from the commit.
    revision: git(root, ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']),
    created: new Date(Number(seconds) * 1000),
  };
}

function git(root: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
