import type { ExplainedDetector } from './explain-alert.ts';

/** The detector with this id among those that this version ships; undefined for one of a newer server. */
export async function findDetector(id: string): Promise<ExplainedDetector | undefined> {
  const { detectors } = await import('@netguard/core');
  return detectors.find((detector) => detector.id === id);
}
