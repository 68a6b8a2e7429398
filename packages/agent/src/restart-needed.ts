import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config/schema.ts';

const FIXED: readonly (readonly [string, (config: Config) => unknown])[] = [
  ['cluster', (config) => config.cluster],
  ['node', (config) => config.node],
  ['stateDir', (config) => config.stateDir],
  ['server', (config) => config.server],
  ['log.format', (config) => config.log.format],
  ['sources', (config) => config.sources],
  ['identity', (config) => config.identity],
  ['payload.mode', (config) => config.payload.mode === 'off'],
  ['payload.ringBytes', (config) => config.payload.ringBytes],
  ['metrics.listen', (config) => config.metrics.listen],
  ['kubernetes', (config) => config.kubernetes],
];

/** Dotted paths of what a running daemon cannot take over. */
export const RESTART_KEYS: readonly string[] = FIXED.map(([key]) => key);

/** The changed settings that a running daemon cannot take over: sockets, files and kernel maps are made at the start. */
export function restartNeeded(before: Config, after: Config): string[] {
  return FIXED.filter(([, read]) => !isDeepStrictEqual(read(before), read(after))).map(([key]) => key);
}
