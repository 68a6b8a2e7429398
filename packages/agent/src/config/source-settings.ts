/** What the parts of `sources:` demand of each other. */
import type { Locate, Problem } from './problem.ts';
import type { Config } from './schema.ts';

export function sourceProblems({ kind, hubble }: Config['sources'], locate: Locate): Problem[] {
  const problems: Problem[] = [];
  const say = (key: string, message: string): void =>
    void problems.push({ where: locate(['sources', 'hubble', key]), message });
  if (kind === 'hubble' && hubble.address === undefined) {
    const message =
      'sources.kind hubble needs sources.hubble.address, such as hubble-relay.kube-system.svc:443 or, with sources.hubble.insecure, hubble-relay.kube-system.svc:80';
    problems.push({ where: locate(['sources', 'kind']), message });
  }
  if ((hubble.tlsCertFile === undefined) !== (hubble.tlsKeyFile === undefined)) {
    const has = hubble.tlsCertFile === undefined ? 'tlsKeyFile' : 'tlsCertFile';
    say(has, 'sources.hubble needs both tlsCertFile and tlsKeyFile');
  }
  if (!hubble.insecure) return problems;
  for (const key of ['tlsCaFile', 'tlsCertFile', 'tlsKeyFile', 'tlsServerName'] as const) {
    if (hubble[key] === undefined) continue;
    say(key, `sources.hubble.${key} has no meaning with sources.hubble.insecure: leave one out`);
  }
  return problems;
}
