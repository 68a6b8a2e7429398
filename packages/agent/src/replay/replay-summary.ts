import { type Alert, compareSeverity, type Severity } from '@netguard/core';
import type { CaptureInput } from './capture-input.ts';
import type { ReplayEngine } from './replay-engine.ts';

/** What a replay read and found. Times are epoch milliseconds of the capture. */
export interface ReplaySummary {
  readonly files: number;
  readonly packets: number;
  /** Bytes of the files. */
  readonly bytes: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly conversations: { readonly tcp: number; readonly other: number };
  readonly observations: number;
  /** Openings by rule, the most frequent first. */
  readonly alerts: readonly { readonly rule: string; readonly severity: Severity; readonly count: number }[];
  /** The same for what detectors in mode `observe` saw. */
  readonly observed: readonly { readonly rule: string; readonly severity: Severity; readonly count: number }[];
  /** Rules that samples were held against; absent without any. */
  readonly rules?: { readonly loaded: number; readonly refused: number };
  readonly undecoded: readonly { readonly reason: string; readonly packets: number }[];
  readonly outOfOrder: number;
  readonly clockSetBack: number;
  /** State that had to be forgotten for lack of room. */
  readonly evicted: readonly { readonly table: string; readonly count: number }[];
  readonly warnings: readonly string[];
  /** Time it took, and how fast that was. */
  readonly tookMs: number;
  readonly packetsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Counts alerts by rule, each once, by the worst severity it had. */
export class AlertTally {
  readonly #severities = new Map<string, { readonly rule: string; severity: Severity }>();

  note(alert: Alert): void {
    const known = this.#severities.get(alert.id);
    if (known === undefined) this.#severities.set(alert.id, { rule: alert.rule, severity: alert.severity });
    else if (compareSeverity(alert.severity, known.severity) > 0) known.severity = alert.severity;
  }

  list(): { rule: string; severity: Severity; count: number }[] {
    const counts = new Map<string, { rule: string; severity: Severity; count: number }>();
    for (const { rule, severity } of this.#severities.values()) {
      const known = counts.get(`${rule} ${severity}`);
      if (known !== undefined) known.count++;
      else counts.set(`${rule} ${severity}`, { rule, severity, count: 1 });
    }
    return [...counts.values()].sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
  }
}

export function summarise(
  engine: ReplayEngine,
  inputs: readonly CaptureInput[],
  span: { readonly firstMs: number; readonly lastMs: number },
  alerts: AlertTally,
  observed: AlertTally,
  tookMs: number,
): ReplaySummary {
  const packets = inputs.reduce((sum, input) => sum + input.packets, 0);
  const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const { outOfOrder, setBack } = engine.tracker.disorder;
  const { fragments, undecoded } = engine.dissector;
  const seconds = Math.max(tookMs, 1) / 1000;
  const incomplete = fragments.incomplete;
  return {
    files: inputs.length,
    packets,
    bytes,
    firstMs: packets > 0 ? span.firstMs : null,
    lastMs: packets > 0 ? span.lastMs : null,
    conversations: engine.tracker.conversations,
    observations: engine.observations,
    alerts: alerts.list(),
    observed: observed.list(),
    ...(engine.rules && {
      rules: { loaded: engine.rules.coverage.loaded, refused: engine.rules.coverage.refused },
    }),
    undecoded: [
      ...undecoded.list(),
      ...(incomplete > 0 ? [{ reason: 'TCP segments of which a fragment is missing', packets: incomplete }] : []),
    ],
    outOfOrder,
    clockSetBack: setBack,
    evicted: [...engine.tracker.tables, { name: 'fragments', ...fragments.state }]
      .filter(({ evicted }) => evicted > 0)
      .map(({ name, evicted }) => ({ table: name, count: evicted })),
    warnings: inputs.flatMap((input) => input.warning ?? []),
    tookMs,
    packetsPerSecond: packets / seconds,
    bytesPerSecond: bytes / seconds,
  };
}
