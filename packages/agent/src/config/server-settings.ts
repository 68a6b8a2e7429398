/** What the parts of `server:` demand of each other: anything but loopback needs TLS and a token. */
import { isIPv4 } from 'node:net';
import type { Locate, Problem } from './problem.ts';
import type { Config } from './schema.ts';
import { parseListenAddress } from './schema-types.ts';

export function serverProblems(server: Config['server'], locate: Locate): Problem[] {
  const problems: Problem[] = [];
  if ((server.tlsCertFile === undefined) !== (server.tlsKeyFile === undefined)) {
    const [has, lacks] =
      server.tlsCertFile === undefined ? ['tlsKeyFile', 'tlsCertFile'] : ['tlsCertFile', 'tlsKeyFile'];
    problems.push({ where: locate(['server', has]), message: `server.${has} needs server.${lacks} too` });
  }
  if (isLoopback(server.listen)) return problems;
  const lacking = (['tlsCertFile', 'tlsKeyFile', 'tokenFile'] as const).filter((key) => server[key] === undefined);
  if (lacking.length > 0) {
    const message = `server.listen ${server.listen} can be reached from other machines: set ${lacking.map((key) => `server.${key}`).join(', ')}, or listen on 127.0.0.1`;
    problems.push({ where: locate(['server', 'listen']), message });
  }
  return problems;
}

/** Whether a listen address can be reached from this machine only. */
export function isLoopback(listen: string): boolean {
  const host = parseListenAddress(listen)?.host ?? '';
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
