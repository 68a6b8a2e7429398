import type { ExplainedDetector } from './explain-alert.ts';

/** The detector with this id among those that this version ships; undefined for one of a newer server. */
export async function findDetector(id: string): Promise<ExplainedDetector | undefined> {
  const core: object = await import('@netguard/core');
  for (const value of Object.values(core)) if (isDetector(value) && value.id === id) return value;
  return undefined;
}

/** A detector is a value: it is known by its shape, wherever core exports it. */
function isDetector(value: unknown): value is ExplainedDetector & { readonly id: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { id, description, parameters, create } = value as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    typeof description === 'string' &&
    typeof parameters === 'object' &&
    typeof create === 'function'
  );
}
