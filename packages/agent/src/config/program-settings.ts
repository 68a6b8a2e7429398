/** Checks of `programs:` that span several keys. */
import { programName } from '../programs/program-file.ts';
import type { Locate, Problem } from './problem.ts';
import type { Config } from './schema.ts';

export function programProblems({ load, maxPrograms }: Config['programs'], locate: Locate): Problem[] {
  const names = new Set<string>();
  const problems = load.flatMap((settings, index): Problem[] => {
    const say = (key: string, message: string): Problem[] => [
      { where: locate(['programs', 'load', index, key]), message: `programs.load[${index}] ${message}` },
    ];
    let name: string;
    try {
      name = programName(settings.file.split('/').at(-1) ?? '', settings.name);
    } catch {
      return say('file', 'has a file name that cannot be a name: set name');
    }
    if (names.has(name)) return say(settings.name === undefined ? 'file' : 'name', `has the name of another: ${name}`);
    names.add(name);
    return [];
  });
  if (load.length > maxPrograms) {
    const message = `programs.load has ${load.length} programs, and programs.maxPrograms is ${maxPrograms}`;
    problems.push({ where: locate(['programs', 'load']), message });
  }
  return problems;
}
