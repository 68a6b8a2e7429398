import type { HubbleStatus, SourceStatus, Tick } from '../worker/messages.ts';
import { isByChoice } from './recent-loss.ts';

export interface Condition {
  readonly source: SourceStatus | null;
  readonly tick: Tick | null;
  /** Milliseconds since the Worker last reported, of the running clock. */
  readonly silentMs: number;
  readonly podsRefused: number;
  /** Events lost in the last minute, by source. */
  readonly lostLately: ReadonlyMap<string, number>;
  /** Sentences from elsewhere: files that cannot be written, a refused configuration. */
  readonly concerns: Iterable<string>;
}

/** A tick is due each second; after this many milliseconds without one the numbers are old. */
export const STALE_MS = 10_000;

/** What works less well than it could, one sentence each, most serious first. Empty when all is well. */
export function degradedSentences(condition: Condition): string[] {
  const { source, tick, silentMs, podsRefused, lostLately, concerns } = condition;
  const sentences: string[] = [];
  if (source !== null && silentMs > STALE_MS) {
    sentences.push(
      `No reading from the ${source.kind === 'hubble' ? 'thread that reads Hubble' : 'kernel'} for ${Math.round(silentMs / 1000)} s: numbers and alerts are late. The node may be short of CPU.`,
    );
  }
  const hubble = tick?.hubble ?? source?.hubble;
  if (hubble !== undefined) sentences.push(...hubbleSentences(hubble));
  for (const program of tick?.programs ?? source?.programs ?? []) {
    if (!program.attached) {
      sentences.push(
        `Program ${program.name} is not attached: ${program.reason ?? 'no reason was given'}. Run \`netguard doctor\`.`,
      );
    }
  }
  if (source && !source.wholeHost) {
    sentences.push(
      `Only the cgroup subtree ${source.cgroupRoot} is watched. Mount the host's /sys/fs/cgroup to watch the whole host.`,
    );
  }
  if (source?.preexistingSockets === 'partial') {
    sentences.push(
      'Connections that were open before the start are named as they move: the PID namespace of the host is not visible.',
    );
  }
  for (const [name, count] of lostLately) {
    if (!isByChoice(name)) sentences.push(lossSentence(name, count));
  }
  if (podsRefused > 0) {
    sentences.push(`${podsRefused} endpoints found no room in the pod table: their totals are not shown.`);
  }
  sentences.push(...concerns);
  return sentences;
}

function lossSentence(name: string, count: number): string {
  switch (name) {
    case 'flow_records':
      return `${count} flow records of the last minute are in no list, as there were too many: totals, edges and alerts have them.`;
    case 'payload_ring':
      return `${count} packets of the last minute were not looked into, as the ring for samples was full: raise payload.ringBytes.`;
  }
  return `${count} events of ${name} were lost in the last minute: counts may be low.`;
}

function hubbleSentences({ address, isConnected, since, problem, ...hubble }: HubbleStatus): string[] {
  const sentences: string[] = [];
  if (!isConnected) {
    const why = problem === undefined ? 'no answer yet' : `${problem.message} (${problem.code})`;
    const hint = problem?.hint === undefined ? '' : ` ${problem.hint}`;
    sentences.push(
      `Nothing is watched since ${since}: no connection to the Hubble relay at ${address}: ${why}.${hint}`,
    );
  }
  const nodes = hubble.unavailableNodes;
  if (nodes.length > 0) {
    const names = nodes.slice(0, 5).join(', ');
    const rest = nodes.length > 5 ? ` and ${nodes.length - 5} more` : '';
    sentences.push(`The Hubble relay cannot reach ${names}${rest}: nothing of their pods is seen.`);
  }
  if (!hubble.tellsHandshakes) {
    sentences.push(
      'Cilium does not tell when a handshake ends, so SYN floods are not looked for: set monitor-aggregation-flags to all (bpf.monitorFlags in its chart).',
    );
  }
  return sentences;
}
