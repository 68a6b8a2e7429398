import type { LackingFacts } from '@netguard/core';
import type { Config } from '../config/schema.ts';

/** What a source that could sample payload lacks because it is set not to. */
export function payloadLacks({ payload }: Config): LackingFacts {
  if (payload.mode !== 'off') return {};
  return { application: 'Nothing is looked into, as payload.mode is off.' };
}
