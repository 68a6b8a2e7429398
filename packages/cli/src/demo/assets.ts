/**
 * The files that are started as programs of their own, and where they are: the only place that says so. Run from source
 * they lie where they were written; a bundle carries them beside itself as `reaper.sh` and `pod-program.js`.
 */
import { fileURLToPath } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

function beside(inSource: string, inBundle: string): string {
  return fileURLToPath(new URL(fromSource ? inSource : inBundle, import.meta.url));
}

/** The shell program that removes a lab when its owner is gone. */
export const reaperScript = beside('../lab/reaper.sh', './reaper.sh');

/** The Node program that a pod of the demo runs: `node pod-program ROLE …`. */
export const podProgram = beside('./pod-program.ts', './pod-program.js');
