import type { Config } from './config/schema.ts';
import { type IdentityFile, NO_IDENTITIES } from './identify/identity-file.ts';
import { type IdentitySource, StaticIdentitySource } from './identify/identity-source.ts';
import type { Logger } from './log.ts';
import type { NodeState } from './state/node-state.ts';

/** Follows the daemon's source of names. An update that is no good keeps the names before it. */
export class DaemonIdentities {
  readonly #source: IdentitySource | undefined;
  readonly #state: NodeState;
  readonly #logger: Logger;

  constructor(config: Config, state: NodeState, logger: Logger, source: IdentitySource | undefined) {
    const { file } = config.identity;
    this.#source = source ?? (file === undefined ? undefined : new StaticIdentitySource(file));
    this.#state = state;
    this.#logger = logger;
  }

  /**
   * Resolves with the first names; later ones go to `onChange`. Without a source it is null, or, where others will tell of
   * names, nothing: what has none yet waits for it. Throws when the first names are no good.
   */
  async start(othersTell: boolean, onChange: (identities: IdentityFile) => void): Promise<IdentityFile | null> {
    let latest: IdentityFile | null = othersTell ? NO_IDENTITIES : null;
    await this.#source?.start((update) => {
      if (!update.ok) {
        this.#state.concerns.set(
          'identities',
          `The changed identities were refused, the last good ones are in use: ${update.error.message}`,
        );
        this.#logger.error({ err: update.error }, 'the changed identities were refused, the last good ones are in use');
        return;
      }
      this.#state.concerns.delete('identities');
      this.#state.identityReadMs = update.atMs;
      latest = update.identities;
      onChange(update.identities);
    });
    return latest;
  }

  async stop(): Promise<void> {
    await this.#source?.stop();
  }
}
