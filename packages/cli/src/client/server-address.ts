import { readFileSync } from 'node:fs';
import { CliError } from '../failure/cli-error.ts';

/** Where `run` and `agent` listen unless told otherwise; tried in this order. */
export const DEFAULT_SERVERS = ['http://127.0.0.1:8410', 'http://127.0.0.1:9410'] as const;

export interface ServerOptions {
  readonly server?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly tlsCaFile?: string | undefined;
}

export interface ServerAddress {
  /** In the order to try; one when the user named it. */
  readonly urls: readonly URL[];
  readonly named: boolean;
  readonly token?: string;
  readonly ca?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Flags, then NETGUARD_SERVER, NETGUARD_TOKEN_FILE and NETGUARD_TLS_CA_FILE, then the local process.
 * @throws CliError NG_ERR_CLI_USAGE, NG_ERR_CLI_TOKEN_FILE
 */
export function serverAddress(options: ServerOptions, env: Environment): ServerAddress {
  const server = options.server ?? (env.NETGUARD_SERVER || undefined);
  const tokenFile = options.tokenFile ?? (env.NETGUARD_TOKEN_FILE || undefined);
  const tlsCaFile = options.tlsCaFile ?? (env.NETGUARD_TLS_CA_FILE || undefined);
  const urls = server === undefined ? DEFAULT_SERVERS.map((text) => new URL(text)) : [parseServer(server)];
  const token = tokenFile === undefined ? undefined : readSecret(tokenFile, 'token');
  const exposed = urls.find((url) => url.protocol === 'http:' && !isLoopback(url.hostname));
  if (token !== undefined && exposed) {
    throw new CliError('NG_ERR_CLI_USAGE', 'sending the token', `${exposed.origin} is neither https nor this machine`, {
      hint: 'Use an https:// address, or a tunnel such as `kubectl port-forward` to 127.0.0.1.',
    });
  }
  return {
    urls,
    named: server !== undefined,
    ...(token === undefined ? {} : { token }),
    ...(tlsCaFile === undefined ? {} : { ca: readSecret(tlsCaFile, 'certificate authority') }),
  };
}

/** `http(s)://host[:port]`, or `host:port`: http for this machine, https for any other. */
export function parseServer(text: string): URL {
  const bad = (why: string): CliError =>
    new CliError('NG_ERR_CLI_USAGE', 'reading --server', `'${text}' ${why}`, {
      hint: 'Write http://127.0.0.1:8410, https://host:port, or host:port.',
    });
  const schemed = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  let url: URL;
  try {
    url = new URL(schemed ? text : `http://${text}`);
  } catch {
    throw bad('is not an address');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad('is neither http nor https');
  if (!url.hostname) throw bad('names no host');
  if (url.username || url.password) throw bad('carries a password; use --token-file');
  if ((url.pathname !== '/' && url.pathname !== '') || url.search || url.hash) throw bad('has more than host and port');
  if (!schemed && !isLoopback(url.hostname)) return new URL(`https://${text}`);
  return url;
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function readSecret(file: string, what: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CliError('NG_ERR_CLI_TOKEN_FILE', `reading the ${what} from ${file}`, readableCause(cause), { cause });
  }
  if (!text) throw new CliError('NG_ERR_CLI_TOKEN_FILE', `reading the ${what} from ${file}`, 'the file is empty');
  if (what === 'token' && /[^\x21-\x7e]/.test(text)) {
    throw new CliError('NG_ERR_CLI_TOKEN_FILE', `reading the ${what} from ${file}`, 'it is no bearer token');
  }
  return text;
}

function readableCause(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission';
  return cause instanceof Error ? cause.message : String(cause);
}
