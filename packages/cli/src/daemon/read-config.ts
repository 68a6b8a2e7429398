import { type ConfigFlags, configEnvironment, configPart } from './config-flags.ts';
import { loadAgent } from './load-agent.ts';

export type ConfigPart = { readonly [key: string]: unknown };

/** What `loadConfig` is given: file, environment, flags, the command's own defaults and the detectors to check against. */
export async function configOptions(flags: ConfigFlags, defaults: ConfigPart = {}) {
  const { detectors } = await import('@netguard/core');
  return {
    file: flags.config,
    env: configEnvironment(process.env),
    flags: configPart(flags),
    defaults,
    detectors,
  };
}

/** The configuration that `run` would start with. @throws ConfigError NG_ERR_CONFIG_* (exit status 2) */
export async function readConfig(flags: ConfigFlags, defaults: ConfigPart = {}) {
  const [{ loadConfig }, options] = await Promise.all([loadAgent(), configOptions(flags, defaults)]);
  return { options, loaded: loadConfig(options) };
}
