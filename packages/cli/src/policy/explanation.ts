/** In words: where rules come from, and what was left out. */
import {
  connectionName,
  type GeneratedPolicy,
  type GeneratedRule,
  type LeftOut,
  type PolicyConnection,
  sightings,
} from '@netguard/core';

const WHY: Readonly<Record<LeftOut['why'], string>> = {
  rare: 'seen once (--include-rare allows it)',
  alert: 'an open alert is about it (--include-alerted allows it)',
  unanswered: 'never answered',
  nobody: 'nobody knows whom its address or name means now',
  protocol: 'NetworkPolicies have no word for this protocol',
};

/** What stands above a rule: why it is as it is, and with `isWhole` each edge that it comes from. */
export function ruleLines({ notes, connections }: GeneratedRule, isWhole: boolean): string[] {
  if (!isWhole) return [...notes];
  const edges = connections.map((connection) => {
    const { count, windows, firstMs, lastMs } = sightings(connection.edges);
    return `${connectionName(connection)}: ${times(count, windows)}, ${span(firstMs, lastMs)}, ${tellers(connection)}`;
  });
  return [...notes, ...(edges.length > 0 ? edges : ['Nothing of the kind was seen yet.'])];
}

/** What stands above a policy. */
export function policyLines({ unit, ingress, egress, notes, leftOut }: GeneratedPolicy, isWhole: boolean): string[] {
  const lines = [unit.workloads.join(' and '), ...notes];
  if (ingress?.length === 0) lines.push('Nobody was seen to call it, but for its own node: nobody else may.');
  if (egress?.length === 0) lines.push('It was not seen to call anybody: it may not.');
  if (leftOut.length === 0) return lines;
  if (!isWhole) return [...lines, `${leftOut.length} of its edges are left out: --explain names them.`];
  return [...lines, 'Left out:', ...leftOut.map(leftOutLine)];
}

export function leftOutLine(entry: LeftOut): string {
  const { text, why, count, failed, firstMs, lastMs, alert } = entry;
  const attempts = why === 'unanswered' ? `${failed} attempts failed, ` : `${times(count, 0)}, `;
  return `- ${text}: ${WHY[why]}${alert === undefined ? '' : `, ${alert}`}; ${attempts}${span(firstMs, lastMs)}`;
}

/** How many were left out for which reason, most first. */
export function leftOutSummary(leftOut: readonly LeftOut[]): string[] {
  const byWhy = Map.groupBy(leftOut, ({ why }) => why);
  return [...byWhy]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(
      ([why, entries]) => `${entries.length} ${entries.length === 1 ? 'edge is' : 'edges are'} left out: ${WHY[why]}`,
    );
}

/** Whose sockets told of it, and whether it was known before. */
function tellers({ edges }: PolicyConnection): string {
  const has = (end: string): boolean => edges.some(({ seenBy }) => seenBy === end);
  const ends = ['client', 'server'].filter(has).join(' and ');
  const isLearned = has('learned-client') || has('learned-server');
  return [...(ends === '' ? [] : [`seen by the ${ends}`]), ...(isLearned ? ['learned'] : [])].join(', ');
}

function times(count: number, windows: number): string {
  if (count > 0) return count === 1 ? 'once' : `${count.toLocaleString('en')} times`;
  return windows > 0 ? `moving in ${windows.toLocaleString('en')} windows` : 'open';
}

function span(firstMs: number, lastMs: number): string {
  const [first, last] = [firstMs, lastMs].map((ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z'));
  return first === last ? `at ${first}` : `${first} to ${last}`;
}
