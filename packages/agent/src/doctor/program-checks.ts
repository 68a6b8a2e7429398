import type { ProgramStatus } from '../worker/messages.ts';
import { type DoctorCheck, degraded, missing, passed } from './report.ts';

/** The self-test: the real programs were loaded and attached for a moment. One check for all, one more for each refused. */
export function programChecks(found: readonly ProgramStatus[] | Error): DoctorCheck[] {
  const head = { id: 'programs', title: 'Loading and attaching the programs', required: true };
  if (found instanceof Error) {
    return [
      missing(
        head,
        found.message,
        'everything',
        'See the checks above; `netguard doctor -o json` has the whole message.',
      ),
    ];
  }
  const attached = found.filter((program) => program.attached);
  const refused = found.filter((program) => !program.attached);
  if (attached.length === 0) return [missing(head, 'none could be attached', 'everything', 'See the checks above.')];
  const names = attached.map((program) => program.name).join(', ');
  return [
    passed(head, `${attached.length} of ${found.length}: ${names}`),
    ...refused.map((program) => {
      const one = { id: `program-${program.name}`, title: `Program ${program.name}`, required: false };
      /* The reason ends with what is lost. */
      return degraded(one, program.reason ?? 'not attached', '', 'See the checks above.');
    }),
  ];
}
