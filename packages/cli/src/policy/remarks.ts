import type { LearningSummary, PolicyScene } from '@netguard/core';
import type { PolicyInputsView } from '../client/api-types.ts';
import { formatDuration } from '../text/duration.ts';

/** For how long, and how well, all this was watched: policies are as good as that. */
export function watchedRemarks(view: PolicyInputsView, { inputs }: PolicyScene): string[] {
  const { now, observedSince, node, edgesForgotten } = view;
  const spanMs = Date.parse(now) - Date.parse(observedSince);
  const { workloads, learned } = progressOf(inputs.learning);
  const longest = Math.max(0, ...[...inputs.learning.values()].map(({ watchedMs }) => watchedMs));
  const remarks = [
    `Seen by node ${node}: in whole for ${formatDuration(spanMs)}, since the start; workload by workload for up to ${formatDuration(longest)}.`,
  ];
  if (workloads === 0) {
    remarks.push('Nothing is learned yet (or detector new-edge is off): what was before the last start is missing.');
  } else if (learned < workloads) {
    remarks.push(
      `Only ${learned} of ${workloads} workloads are learned: what the others do seldom is missing. Try again later (\`netguard baseline\` shows how far they are).`,
    );
  }
  if (edgesForgotten > 0) remarks.push(`${edgesForgotten} edges were forgotten for lack of room.`);
  return remarks;
}

function progressOf(learning: PolicyScene['inputs']['learning']): Omit<LearningSummary, 'progress'> {
  const all = [...learning.values()];
  return { workloads: all.length, learned: all.filter(({ progress }) => progress >= 1).length };
}
