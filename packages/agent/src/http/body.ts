import type { z } from 'zod';
import { ProblemError } from './problem.ts';

/** The body of a request as its schema has it. Throws a 400 problem that names the first thing that is wrong. */
export function parseBody<T>(body: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw new ProblemError(
      400,
      `unknown field ${issue.keys.map((key) => JSON.stringify(key.slice(0, 60))).join(', ')}`,
    );
  const path = issue?.path.join('.') ?? '';
  throw new ProblemError(400, path === '' ? 'send a JSON object' : `${path}: ${issue?.message ?? 'cannot be used'}`);
}
