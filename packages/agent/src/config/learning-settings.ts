import type { LearningSettings } from '@netguard/core';
import type { Config } from './schema.ts';

/** The configuration's `learning:` as the store takes it. */
export function learningSettings({ learning }: Pick<Config, 'learning'>): LearningSettings {
  return { learningMs: learning.seconds * 1000, maxWorkloads: learning.maxWorkloads };
}
