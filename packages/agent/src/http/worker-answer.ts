import { ProblemError } from './problem.ts';

/** What the Worker was asked for; where it gives no answer, 503 says why. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new ProblemError(503, (error as Error).message);
  }
}
