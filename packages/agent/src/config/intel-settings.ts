/** Checks of `intel:` that span several keys. */
import { isLoopbackAddress, parseIntelValue } from '@netguard/core';
import type { IntelListSettings } from './intel-schema.ts';
import type { Locate, Problem } from './problem.ts';
import type { Config } from './schema.ts';

export function intelProblems({ lists, allow }: Config['intel'], locate: Locate): Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  for (const [index, settings] of lists.entries()) {
    const at = `intel.lists[${index}]`;
    const say = (key: string, message: string) =>
      void problems.push({ where: locate(['intel', 'lists', index, key]), message: `${at} ${message}` });
    if (names.has(settings.name)) say('name', `has the name of another list: ${settings.name}`);
    names.add(settings.name);
    if ((settings.url === undefined) === (settings.file === undefined))
      say(settings.url === undefined ? 'name' : 'url', 'needs either url or file');
    if (settings.tokenFile !== undefined && !mayHaveToken(settings))
      say('tokenFile', 'would send its token to be read on the way: use https');
  }
  for (const [index, value] of allow.entries()) {
    const item = parseIntelValue(value);
    if ('problem' in item)
      problems.push({ where: locate(['intel', 'allow', index]), message: `intel.allow[${index}] ${item.problem}` });
  }
  return problems;
}

function mayHaveToken({ url }: Pick<IntelListSettings, 'url'>): boolean {
  if (url === undefined) return true;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''));
}
