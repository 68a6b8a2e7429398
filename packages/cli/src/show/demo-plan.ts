import { CliError } from '../failure/cli-error.ts';
import { parseDuration } from '../text/duration.ts';

export interface DemoFlags {
  readonly duration?: string;
  readonly attackAfter: string;
  readonly attackEvery?: string;
  /** False with --no-attack. */
  readonly attack: boolean;
  readonly once?: boolean;
}

/** When what happens in the demo, in milliseconds. */
export interface DemoPlan {
  readonly attack: boolean;
  readonly attackAfterMs: number;
  readonly attackEveryMs?: number;
  /** The demo ends by itself after this. */
  readonly durationMs?: number;
  /** It ends after one round. */
  readonly once: boolean;
}

/** @throws CliError NG_ERR_CLI_USAGE */
export function demoPlan(flags: DemoFlags): DemoPlan {
  const once = flags.once === true;
  if (once && !flags.attack && flags.duration === undefined) {
    throw new CliError(
      'NG_ERR_CLI_USAGE',
      'reading the arguments',
      '--once waits for an attack, --no-attack leaves it out',
      {
        hint: 'Say how long instead: --no-attack --duration 30s.',
      },
    );
  }
  if (once && flags.attackEvery !== undefined) {
    throw new CliError(
      'NG_ERR_CLI_USAGE',
      'reading the arguments',
      '--once and --attack-every cannot be used together',
    );
  }
  return {
    attack: flags.attack,
    attackAfterMs: parseDuration(flags.attackAfter, '--attack-after'),
    ...(flags.attackEvery === undefined ? {} : { attackEveryMs: parseDuration(flags.attackEvery, '--attack-every') }),
    ...(flags.duration === undefined ? {} : { durationMs: parseDuration(flags.duration, '--duration') }),
    once,
  };
}
