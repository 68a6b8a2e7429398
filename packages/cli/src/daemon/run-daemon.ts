import type { Daemon, Logger } from '@netguard/agent';
import { palette, wantsColour } from '../text/palette.ts';
import { announce } from './announce.ts';
import { closeInTime } from './close-in-time.ts';
import type { ConfigFlags } from './config-flags.ts';
import { openDaemon } from './open-daemon.ts';
import { endsWithParent, watchParent } from './parent-watch.ts';
import type { ConfigPart } from './read-config.ts';
import { stopSignals, stopStatus } from './stop-signals.ts';

export interface RunFlags extends ConfigFlags {
  readonly exitWithParent?: boolean;
}

/** Runs the daemon until a signal, the end of the npm that started it, or its own failure. Sets the exit status. */
export async function runDaemon(flags: RunFlags, defaults: ConfigPart): Promise<void> {
  const starting = new AbortController();
  const signals = stopSignals();
  const unwatch = endsWithParent(flags.exitWithParent === true, process.env)
    ? watchParent({ onGone: () => signals.stop('parent') })
    : () => {};
  void signals.stopped.then(() => starting.abort());
  try {
    const opened = await openDaemon({ flags, defaults, signal: starting.signal }).catch((error: unknown) => {
      // Told to stop before it stood: nothing was attached, or it is detached again.
      if (starting.signal.aborted) return undefined;
      throw error;
    });
    if (!opened) {
      process.exitCode = stopStatus(await signals.stopped);
      return;
    }
    const { daemon, logger, failed } = opened;
    if (process.stdout.isTTY) {
      const colours = palette({ colour: wantsColour(process.stdout, process.env) });
      process.stdout.write(`${announce(daemon.state.status(), daemon.url, colours).join('\n')}\n`);
    } else {
      warnDegraded(daemon, logger);
      logger.info({ url: daemon.url }, 'NetGuard is watching');
    }
    const reason = await Promise.race([signals.stopped, failed]);
    logger.info({ reason }, 'stopping');
    const inTime = await closeInTime(() => opened.close());
    process.exitCode = inTime ? stopStatus(reason) : 1;
    if (!inTime) {
      logger.error({ code: 'NG_ERR_CLI_DAEMON' }, 'closing took too long; what was not saved is lost');
      process.exit(1);
    }
  } finally {
    unwatch();
    signals.dispose();
  }
}

/** Who reads only the log must learn what is not watched. Concerns were logged when they arose. */
function warnDegraded({ state }: Daemon, logger: Logger): void {
  const told = new Set(state.concerns.values());
  for (const sentence of state.status().degraded) {
    if (!told.has(sentence)) logger.warn({ code: 'NG_WARN_DEGRADED' }, sentence);
  }
}
