import { ConfigError, type Locate, type Problem, zodProblems } from '../../config/problem.ts';
import { parseYamlFile } from '../../config/yaml-file.ts';
import { SERIES_LIMITS } from './limits.ts';
import { type ProgramSpecValue, programSpecSchema } from './spec-schema.ts';

/** The YAML beside a program, with where everything in it stands: what it says of maps is checked when these are known. */
export interface ProgramSpec extends ProgramSpecValue {
  readonly locate: Locate;
}

/** Of a program without a YAML. */
export const NO_SPEC: ProgramSpec = {
  ...programSpecSchema.parse({ apiVersion: 'netguard/v1', kind: 'Program' }),
  locate: () => 'no YAML',
};

/** Throws ConfigError: NG_ERR_PROGRAM_YAML for what is no YAML, NG_ERR_PROGRAM_SPEC with every problem's line and column. */
export function parseProgramSpec(text: string, file: string): ProgramSpec {
  if (text.length > SERIES_LIMITS.yamlBytes) {
    const message = `it has ${text.length} characters, ${SERIES_LIMITS.yamlBytes} are read`;
    throw specError([{ where: file, message }]);
  }
  const { value, locate } = parseYamlFile(text, file, 'NG_ERR_PROGRAM_YAML');
  const parsed = programSpecSchema.safeParse(value);
  if (!parsed.success) throw specError(zodProblems(parsed.error, programSpecSchema, value, locate));
  const problems = twiceNamed(parsed.data, locate);
  if (problems.length > 0) throw specError(problems);
  return { ...parsed.data, locate };
}

export function specError(problems: readonly Problem[]): ConfigError {
  const hint = 'See docs/reference/programs.md. Nothing was loaded.';
  return new ConfigError('NG_ERR_PROGRAM_SPEC', 'reading the YAML of a program', problems, hint);
}

function twiceNamed({ alerts }: ProgramSpecValue, locate: Locate): Problem[] {
  const seen = new Set<string>();
  return alerts.flatMap(({ name }, index): Problem[] => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ where: locate(['alerts', index, 'name']), message: `the name ${name} stands already above` }];
  });
}
