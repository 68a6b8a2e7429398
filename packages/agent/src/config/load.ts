/** The configuration of a process: defaults, then the file, then the environment, then flags. Later ones win, key by key. */
import { readFileSync } from 'node:fs';
import { detectors as allDetectors, NetGuardError } from '@netguard/core';
import { type DetectorDeclaration, detectorProblems, misplacedInDetector } from './detector-settings.ts';
import { type EnvironmentSetting, readEnvironment } from './environment.ts';
import { intelProblems } from './intel-settings.ts';
import { ConfigError, type Locate, type Problem, zodProblems } from './problem.ts';
import { programProblems } from './program-settings.ts';
import { API_VERSION, type Config, configSchema } from './schema.ts';
import type { Path } from './schema-walk.ts';
import { serverProblems } from './server-settings.ts';
import { silenceProblems } from './silence-settings.ts';
import { sinkProblems } from './sink-settings.ts';
import { sourceProblems } from './source-settings.ts';
import { parseYamlFile, type YamlFile } from './yaml-file.ts';

/** A part of the configuration, nested as in the file. */
export type ConfigPart = { readonly [key: string]: unknown };

export interface LoadOptions {
  /** Path of the YAML file; without it there is none. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigPart;
  /** Defaults of a command, where they differ from the schema's (the agent's port). */
  readonly defaults?: ConfigPart;
  /** The detectors whose ids and parameters may be set; all of the registry unless given. */
  readonly detectors?: readonly DetectorDeclaration[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** Dotted path of every value that is not a default → where it came from. */
  readonly origins: ReadonlyMap<string, string>;
  readonly file: string | undefined;
  /** What was read and not used, one sentence each. */
  readonly warnings: readonly string[];
}

const HINT = 'See docs/reference/configuration.md, or run `netguard config schema`.';

/** Throws ConfigError naming file, line and column of every problem: NG_ERR_CONFIG_READ, _SYNTAX or _INVALID. */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const detectors = options.detectors ?? allDetectors;
  const yaml = options.file === undefined ? undefined : readYaml(options.file);
  const environment = readEnvironment(options.env ?? {}, namesAt(detectors));
  const origins = new Map<string, string>();
  const merged: Record<string, unknown> = { apiVersion: API_VERSION };
  merge(merged, options.defaults ?? {});
  if (yaml) {
    merge(merged, yaml.value as ConfigPart, (path) => origins.set(path.join('.'), yaml.locate(path)));
  }
  for (const { path, value, variable } of environment.settings) {
    merge(merged, nest(path, value), (place) => origins.set(place.join('.'), `environment ${variable}`));
  }
  merge(merged, options.flags ?? {}, (path) => origins.set(path.join('.'), 'flag'));

  const locate = locator(yaml, environment.settings, options.flags ?? {}, options.file);
  const problems: Problem[] = [...environment.problems];
  const parsed = configSchema.safeParse(merged);
  if (parsed.success) {
    problems.push(...serverProblems(parsed.data.server, locate));
    problems.push(...sourceProblems(parsed.data.sources, locate));
    problems.push(...detectorProblems(parsed.data.detectors, detectors, locate));
    problems.push(...silenceProblems(parsed.data.silences, locate, Date.now()));
    problems.push(...intelProblems(parsed.data.intel, locate));
    problems.push(...programProblems(parsed.data.programs, locate));
    problems.push(...sinkProblems(parsed.data.sinks, locate));
  } else {
    const meant = (path: Path) => misplacedInDetector(path, merged, detectors);
    problems.push(...zodProblems(parsed.error, configSchema, merged, locate, meant));
  }
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError('NG_ERR_CONFIG_INVALID', 'reading the configuration', problems, HINT);
  }
  const warnings = environment.ignored.map((name) => `The environment variable ${name} is no setting and was ignored.`);
  return { config: parsed.data, origins, file: options.file, warnings };
}

function readYaml(file: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new NetGuardError('NG_ERR_CONFIG_READ', `reading the configuration file ${file}`, {
      cause,
      hint: 'Check the path and its permissions, or leave --config out to use the defaults.',
    });
  }
  const yaml = parseYamlFile(text, file, 'NG_ERR_CONFIG_SYNTAX');
  const { value } = yaml;
  if (isPart(value) && 'apiVersion' in value) return yaml;
  const message = isPart(value) || value === null ? 'apiVersion is missing' : 'must be a map of sections';
  const where = isPart(value) ? `${file}:1:1` : yaml.locate([]);
  throw new ConfigError(
    'NG_ERR_CONFIG_INVALID',
    'reading the configuration',
    [{ where, message }],
    `Begin the file with the line: apiVersion: ${API_VERSION}`,
  );
}

/** Lays `layer` over `target`, maps key by key, anything else whole. An explicit null takes the value below away. */
function merge(
  target: Record<string, unknown>,
  layer: ConfigPart,
  onLeaf: (path: readonly string[]) => void = () => {},
  path: readonly string[] = [],
): void {
  for (const [key, value] of Object.entries(layer)) {
    if (value === undefined || key === '__proto__') continue;
    const place = [...path, key];
    if (isPart(value)) {
      if (!isPart(target[key])) target[key] = {};
      merge(target[key] as Record<string, unknown>, value, onLeaf, place);
      if (Object.keys(value).length > 0) continue;
    } else if (value === null) {
      delete target[key];
      continue;
    } else {
      target[key] = value;
    }
    onLeaf(place);
  }
}

function locator(
  yaml: YamlFile | undefined,
  settings: readonly EnvironmentSetting[],
  flags: ConfigPart,
  file: string | undefined,
): Locate {
  return (path, part) => {
    if (inPart(flags, path)) return 'flag';
    const setting = settings.find((candidate) => candidate.path.every((key, index) => path[index] === key));
    if (setting) return `environment ${setting.variable}`;
    return yaml?.locate(path, part) ?? file ?? 'default';
  };
}

function inPart(part: ConfigPart, path: Path): boolean {
  let value: unknown = part;
  for (const key of path) {
    if (!isPart(value)) return value !== undefined;
    value = value[String(key)];
  }
  return value !== undefined && path.length > 0;
}

function nest(path: readonly string[], value: unknown): ConfigPart {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigPart;
}

function isPart(value: unknown): value is ConfigPart {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function namesAt(detectors: readonly DetectorDeclaration[]) {
  return (path: readonly string[]): readonly string[] => {
    if (path[0] !== 'detectors') return [];
    if (path.length === 1) return detectors.map((detector) => detector.id);
    const table = detectors.find((detector) => detector.id === path[1])?.parameters ?? {};
    return path.at(-1) === 'parameters' ? Object.keys(table) : [];
  };
}
