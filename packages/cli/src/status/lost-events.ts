import type { StatusResponse } from '../client/api-types.ts';

/** Events lost, in all. Samples of payload are none: there are as many as the configuration allows. */
export function countLostEvents({ lostEvents }: Pick<StatusResponse, 'lostEvents'>): number {
  const counts = Object.entries(lostEvents).filter(([source]) => !source.startsWith('payload_'));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}
