import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, ProgramStatus } from '@netguard/agent';
import { netguardVersion } from '../version.ts';
import { loadAgent } from './load-agent.ts';

/**
 * Starts the whole daemon for a moment, on a free port and with a state directory of its own, and says which kernel
 * programs were attached. Everything is detached again when this returns.
 */
export async function selfTest(config: Config): Promise<readonly ProgramStatus[]> {
  const { createLogger, startDaemon } = await loadAgent();
  const stateDir = mkdtempSync(join(tmpdir(), 'netguard-doctor-'));
  try {
    const logger = await createLogger({ level: 'error', format: 'json', output: { write: () => {} } });
    const trial: Config = {
      ...config,
      stateDir,
      server: { listen: '127.0.0.1:0', metricsPlain: false, metricsReview: false },
      identity: { ...config.identity, file: undefined },
      kubernetes: { enabled: 'never' },
    };
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => {});
    const daemon = await startDaemon(trial, { version: netguardVersion(), logger, onFatal: crashed.reject });
    try {
      return daemon.state.status().programs;
    } finally {
      await daemon.close();
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}
