/** Configuration from environment variables: `NETGUARD_SOURCES__EBPF__TICK_MS=500` is `sources.ebpf.tickMs`. */
import { parse } from 'yaml';
import { type Problem, unknownKey } from './problem.ts';
import { configSchema } from './schema.ts';
import { childSchema, definition, keysOf, type Schema, unwrap } from './schema-walk.ts';

export interface EnvironmentSetting {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly variable: string;
}

export interface Environment {
  readonly settings: readonly EnvironmentSetting[];
  readonly problems: readonly Problem[];
  /** Names that begin with NETGUARD_ but are no setting, nor look like one that was meant: said, not refused. */
  readonly ignored: readonly string[];
}

/** Names with a spelling of their own that no schema lists: detector ids and their parameters. */
export type NamesAt = (path: readonly string[]) => readonly string[];

const PREFIX = 'NETGUARD_';
/* Read by the client commands, and by the launcher. */
const CLIENT_VARIABLES = new Set(['NETGUARD_SERVER', 'NETGUARD_TOKEN_FILE', 'NETGUARD_TLS_CA_FILE', 'NETGUARD_DEBUG']);
/* What the kubelet sets in every pod for a Service called netguard or netguard-…: nobody's configuration. */
const SERVICE_LINK =
  /^NETGUARD(?:_[A-Z0-9_]+)?_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/**
 * Letters' case and single underscores do not count (`TOKEN_FILE`, `TOKENFILE` and `tokenFile` are one); `__` steps into a
 * section. Lists and maps are written as YAML (`NETGUARD_IDENTITY__CLUSTER_CIDRS='[10.0.0.0/8]'`).
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, namesAt: NamesAt): Environment {
  const settings: EnvironmentSetting[] = [];
  const problems: Problem[] = [];
  const ignored: string[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined) continue;
    if (SERVICE_LINK.test(variable) || CLIENT_VARIABLES.has(variable)) continue;
    const parts = variable.slice(PREFIX.length).split('__');
    const resolved = resolve(parts, namesAt);
    if ('path' in resolved) settings.push({ path: resolved.path, variable, value: parseValue(resolved.schema, text) });
    else if (parts.length > 1) problems.push({ where: `environment ${variable}`, message: resolved.problem });
    else ignored.push(variable);
  }
  return { settings, problems, ignored };
}

function resolve(parts: readonly string[], namesAt: NamesAt): { path: string[]; schema: Schema } | { problem: string } {
  const path: string[] = [];
  let schema: Schema = configSchema;
  for (const part of parts) {
    const known = definition(unwrap(schema)).type === 'record' ? namesAt(path) : keysOf(schema);
    const open = definition(unwrap(schema)).type === 'record' && known.length === 0;
    const key =
      known.find((name) => plain(name) === plain(part)) ?? (open ? part.toLowerCase().replaceAll('_', '-') : undefined);
    const child = key === undefined ? undefined : childSchema(schema, key);
    if (key === undefined || child === undefined) return { problem: unknownKey([...path, camelCase(part)], known) };
    path.push(key);
    schema = child;
  }
  if (definition(unwrap(schema)).type === 'object')
    return { problem: `${path.join('.')} is a section: add __ and a key of it` };
  return { path, schema };
}

function parseValue(schema: Schema, text: string): unknown {
  const { type } = definition(unwrap(schema));
  if (type === 'string' || type === 'enum' || type === 'literal') return text;
  if (type === 'boolean') return /^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
  if (type === 'number' || type === 'int')
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

function camelCase(part: string): string {
  return part.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
