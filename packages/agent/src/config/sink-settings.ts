/** Checks of `sinks:` that span several keys, and its matchers by reading each of them. */
import { NetGuardError, parseMatcher } from '@netguard/core';
import type { Locate, Problem } from './problem.ts';
import type { SinkSettings } from './sink-schema.ts';

const MOST_SINKS = 32;

export function sinkProblems(sinks: Readonly<Record<string, SinkSettings>>, locate: Locate): Problem[] {
  const problems = Object.entries(sinks).flatMap(([name, settings]) => oneSink(['sinks', name], settings, locate));
  if (Object.keys(sinks).length > MOST_SINKS)
    problems.push({ where: locate(['sinks']), message: `sinks: at most ${MOST_SINKS} of them` });
  return problems;
}

function oneSink(path: readonly string[], settings: SinkSettings, locate: Locate): Problem[] {
  const name = path.join('.');
  const problems = settings.matchers.flatMap((text, index) =>
    matcherProblem(text, [...path, 'matchers', index], locate),
  );
  const say = (key: string, message: string) => void problems.push({ where: locate([...path, key]), message });
  if (settings.type === 'webhook' && (settings.url === undefined) === (settings.urlFile === undefined))
    say(settings.url === undefined ? 'type' : 'url', `${name} needs either url or urlFile`);
  if ('bearerTokenFile' in settings && settings.bearerTokenFile !== undefined && settings.basicAuthFile !== undefined)
    say('bearerTokenFile', `${name} has both bearerTokenFile and basicAuthFile: leave one out`);
  if ('allowLinkLocal' in settings && (settings.tlsCertFile === undefined) !== (settings.tlsKeyFile === undefined))
    say(
      settings.tlsKeyFile === undefined ? 'tlsCertFile' : 'tlsKeyFile',
      `${name} needs both tlsCertFile and tlsKeyFile`,
    );
  return problems;
}

function matcherProblem(text: string, path: readonly (string | number)[], locate: Locate): Problem[] {
  try {
    parseMatcher(text);
    return [];
  } catch (error) {
    if (!(error instanceof NetGuardError)) throw error;
    const why = error.cause instanceof Error ? error.cause.message : String(error.cause);
    const hint = error.hint === undefined ? '' : `. ${error.hint}`;
    return [{ where: locate(path), message: `${path.slice(0, -1).join('.')}[${path.at(-1)}]: ${why}${hint}` }];
  }
}
