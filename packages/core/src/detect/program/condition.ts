import type { ProgramCondition } from '../../observation.ts';

/** Whether a value is on the wrong side of a level. A value that is no number never is. */
export function meetsLevel(value: number, comparison: ProgramCondition['comparison'], level: number): boolean {
  switch (comparison) {
    case '>':
      return value > level;
    case '>=':
      return value >= level;
    case '<':
      return value < level;
    case '<=':
      return value <= level;
  }
}
