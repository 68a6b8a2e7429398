import { readFileSync } from 'node:fs';

/** How often the parents are looked at; npm that dies leaves its child running otherwise (SIGTERM does not reach it). */
const POLL_MS = 500;
/** Shells and npm between us and the npm that was started by hand. */
const MAX_DEPTH = 6;

export interface ParentOptions {
  /** Called once, with the process id that is gone. */
  readonly onGone: (pid: number) => void;
  readonly pollMs?: number;
}

/** Whether this process should end with its parent: asked for, or started by npm (`npm start`, `npx netguard`). */
export function endsWithParent(asked: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return asked || env.npm_lifecycle_event !== undefined;
}

/**
 * Watches the chain of parents up to the npm that started this process, the direct parent alone when there is none: a
 * shell between us and npm outlives npm. Returns a function that ends the watch.
 */
export function watchParent(options: ParentOptions): () => void {
  const chain = parentChain(process.ppid);
  if (chain.length === 0) return () => {};
  const timer = setInterval(() => {
    const gone = process.ppid !== chain[0]?.pid ? chain[0] : chain.find(({ pid, parent }) => parentOf(pid) !== parent);
    if (!gone) return;
    clearInterval(timer);
    options.onGone(gone.pid);
  }, options.pollMs ?? POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

interface Link {
  readonly pid: number;
  readonly parent: number;
}

/** From the direct parent to the first npm above it; only the direct parent when no npm is near. Init is nobody's parent. */
function parentChain(first: number): Link[] {
  const chain: Link[] = [];
  for (let pid = first; pid > 1 && chain.length < MAX_DEPTH; ) {
    const parent = parentOf(pid);
    if (parent === undefined) break;
    chain.push({ pid, parent });
    if (isNpm(pid)) return chain;
    pid = parent;
  }
  return chain.slice(0, 1);
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in parentheses may hold anything, also parentheses and spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function isNpm(pid: number): boolean {
  try {
    return /(^|[/ ])np[mx](-cli\.js|\0| |$)/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    return false;
  }
}
