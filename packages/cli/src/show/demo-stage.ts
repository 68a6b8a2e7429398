import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogOptions } from '@netguard/agent';
import type { ConfigFlags } from '../daemon/config-flags.ts';
import { type OpenedDaemon, openDaemon } from '../daemon/open-daemon.ts';
import type { Demo } from '../demo/demo.ts';
import type { DemoEvent } from '../demo/demo-event.ts';

/** An alert of the demo resolves soon: nobody should wait a minute for it. */
export const DEMO_RESOLVE_MS = 15_000;

export interface Stage {
  readonly demo: Demo;
  readonly opened: OpenedDaemon;
  /** Daemon first, then the cluster, then the state directory. Idempotent. */
  close(): Promise<void>;
}

export interface StageOptions {
  readonly flags: ConfigFlags;
  readonly signal: AbortSignal;
  readonly onEvent: (event: DemoEvent) => void;
  readonly logOutput?: LogOptions['output'];
}

/** Builds the fake cluster, then starts the daemon with its identities; what stands is taken down when something fails. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { signal, flags } = options;
  const { startDemo } = await import('../demo/start-demo.ts');
  const demo = await startDemo({ onEvent: options.onEvent, signal });
  const stateDir = mkdtempSync(join(tmpdir(), 'netguard-demo-'));
  const strike = async (opened?: OpenedDaemon): Promise<void> => {
    try {
      await opened?.close();
    } finally {
      await demo.close();
      rmSync(stateDir, { recursive: true, force: true });
    }
  };
  try {
    const opened = await openDaemon({
      flags,
      signal,
      defaults: {
        stateDir,
        cluster: 'demo',
        server: { listen: '127.0.0.1:8410' },
        log: { level: 'warn' },
        flows: { windowMs: 5000 },
        learning: { seconds: 60 },
        alerts: { resolveAfterMs: DEMO_RESOLVE_MS },
      },
      ...(flags.identities === undefined
        ? {
            identitySource: {
              start: async (onUpdate) => onUpdate({ ok: true, identities: demo.identities, atMs: Date.now() }),
              stop: async () => {},
            },
          }
        : {}),
      ...(options.logOutput === undefined ? {} : { logOutput: options.logOutput }),
    });
    let closed: Promise<void> | undefined;
    return {
      demo,
      opened,
      close: () => {
        closed ??= strike(opened);
        return closed;
      },
    };
  } catch (error) {
    await strike();
    throw error;
  }
}
