import type { Daemon, DaemonOptions, Logger, LogOptions } from '@netguard/agent';
import { netguardVersion } from '../version.ts';
import type { ConfigFlags } from './config-flags.ts';
import { loadAgent } from './load-agent.ts';
import { type ConfigPart, readConfig } from './read-config.ts';

export interface OpenOptions {
  readonly flags: ConfigFlags;
  /** Where the command's defaults differ from the schema's. */
  readonly defaults?: ConfigPart;
  readonly signal: AbortSignal;
  readonly identitySource?: DaemonOptions['identitySource'];
  /** Where log lines go; standard error unless set. */
  readonly logOutput?: LogOptions['output'];
}

export interface OpenedDaemon {
  readonly daemon: Daemon;
  readonly logger: Logger;
  /** Rejects when the daemon ends by itself; never resolves. */
  readonly failed: Promise<never>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Reads the configuration, starts the daemon in this process and follows changes of the configuration file. */
export async function openDaemon(options: OpenOptions): Promise<OpenedDaemon> {
  const agent = await loadAgent();
  const { loaded, options: loading } = await readConfig(options.flags, options.defaults);
  const { level, format } = loaded.config.log;
  const logger = await agent.createLogger({
    level,
    format,
    ...(options.logOutput === undefined ? {} : { output: options.logOutput }),
  });
  for (const warning of loaded.warnings) logger.warn(warning);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const daemon = await agent.startDaemon(loaded.config, {
    version: netguardVersion(),
    logger,
    signal: options.signal,
    onFatal: failed.reject,
    ...(options.identitySource === undefined ? {} : { identitySource: options.identitySource }),
  });
  const watch = agent.watchConfig(loaded, loading, (result) => {
    if (result.ok) daemon.applyConfig(result.loaded.config);
    else daemon.refuseConfig(result.error);
  });
  return {
    daemon,
    logger,
    failed: failed.promise,
    close: () => {
      watch.close();
      return daemon.close();
    },
  };
}
