import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages that were fetched, and work in progress; it may be removed at any time. */
const cache = resolve(import.meta.dirname, '../../node_modules/.cache/netguard/kernels');

export function cached(name: string): string {
  mkdirSync(cache, { recursive: true });
  return join(cache, name);
}

/** A directory that goes with its owner; those of processes that were killed go with the next one. */
export class WorkDirectory implements Disposable {
  readonly path: string;

  constructor() {
    sweep();
    this.path = mkdtempSync(cached(`work-${process.pid}-`));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function sweep(): void {
  for (const name of readdirSync(cached(''))) {
    const pid = /^work-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(cached(name), { recursive: true, force: true });
  }
}
