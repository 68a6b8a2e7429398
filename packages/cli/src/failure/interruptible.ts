/** Exit statuses of a process that a signal ended: 128 and the signal's number. */
const STATUS: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Runs `work` with a signal that aborts on SIGINT, SIGTERM and SIGHUP and sets the exit status; what the work throws
 * because of that is not an error. A second signal ends the process at once.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    const status = STATUS[name] ?? 1;
    if (stop.signal.aborted) process.exit(status);
    process.exitCode = status;
    stop.abort();
  };
  for (const name of Object.keys(STATUS)) process.on(name, onSignal);
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    for (const name of Object.keys(STATUS)) process.off(name, onSignal);
  }
}
