import { readFileSync } from 'node:fs';

export type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'parent';

/** The status of a daemon that was told to stop: it did what it was told, but Ctrl-C is 130 everywhere. */
export function stopStatus(reason: StopReason): number {
  return reason === 'SIGINT' ? 130 : 0;
}

/**
 * Resolves with the first signal that tells the process to stop. A second one ends it at once: closing must never keep
 * somebody at the terminal. SIGHUP counts unless it was ignored from the start (nohup).
 */
export function stopSignals(): {
  readonly stopped: Promise<StopReason>;
  stop(reason: StopReason): void;
  dispose(): void;
} {
  const { promise, resolve } = Promise.withResolvers<StopReason>();
  const names: NodeJS.Signals[] = hangupIgnored() ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let told = false;
  const stop = (reason: StopReason): void => {
    told = true;
    resolve(reason);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (told) process.exit(name === 'SIGINT' ? 130 : 143);
    stop(name as StopReason);
  };
  for (const name of names) process.on(name, onSignal);
  return {
    stopped: promise,
    stop,
    dispose: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/** SIGHUP is the lowest bit of SigIgn. */
function hangupIgnored(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return mask !== undefined && (Number.parseInt(mask.slice(-1), 16) & 1) === 1;
  } catch {
    return false;
  }
}
