import { type Config, defaultConfig } from '../config/schema.ts';

/** The default configuration on a free port of loopback, with some parts replaced. */
export function testConfig(overrides: Partial<Config> = {}): Config {
  const config = defaultConfig();
  return { ...config, node: 'node-1', server: { ...config.server, listen: '127.0.0.1:0' }, ...overrides };
}
