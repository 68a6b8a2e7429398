import { join } from 'node:path';
import { defaultConfig, replayCaptures } from '@netguard/agent';
import { type Alert, compareSeverity, type RuleSet } from '@netguard/core';
import type { CorpusEntry } from './corpus-index.ts';

export interface Outcome {
  readonly entry: CorpusEntry;
  /** Alerts by id in their last state; observed ones are of detectors that do not alert unless told to. */
  readonly alerts: readonly Alert[];
  readonly observed: readonly Alert[];
  readonly verdict: 'found' | 'observed' | 'missed' | 'silent' | 'false alarm';
  readonly packets: number;
  readonly tookMs: number;
  readonly failure: unknown;
}

type Matches = (alert: Alert) => boolean;

const ofCategory =
  (...categories: readonly string[]): Matches =>
  ({ category }) =>
    categories.includes(category);

/** Which alerts say what the category of a capture is about. What is not named here: anything but health. */
const FINDS: Readonly<Record<string, Matches>> = {
  portscan: ofCategory('scan'),
  synflood: ofCategory('flood'),
  ddos: ofCategory('flood'),
  bruteforce: ({ rule }) => rule === 'brute-force',
  c2: (alert) => alert.rule === 'beacon' || ofCategory('malware', 'exfiltration')(alert),
  'dns-tunnel': ofCategory('malware', 'exfiltration'),
  exfil: ofCategory('exfiltration'),
};

/** Replays one capture with the default configuration, against these rules where there are any. */
export async function judge(entry: CorpusEntry, directory: string, rules?: RuleSet): Promise<Outcome> {
  const alerts = new Map<string, Alert>();
  const observed = new Map<string, Alert>();
  const { summary, failure } = await replayCaptures({
    config: { ...defaultConfig(), node: 'corpus' },
    files: [join(directory, entry.file)],
    ...(rules && { rules }),
    onAlert: ({ alert }, isObserved) => (isObserved ? observed : alerts).set(alert.id, alert),
  });
  const seen = [...alerts.values()];
  const onlySeen = [...observed.values()];
  return {
    entry,
    alerts: seen,
    observed: onlySeen,
    verdict: verdict(entry, seen, onlySeen),
    packets: summary.packets,
    tookMs: summary.tookMs,
    failure,
  };
}

function verdict({ category }: CorpusEntry, alerts: readonly Alert[], observed: readonly Alert[]): Outcome['verdict'] {
  if (category === 'benign') {
    return alerts.some(({ severity }) => compareSeverity(severity, 'medium') >= 0) ? 'false alarm' : 'silent';
  }
  const finds = FINDS[category] ?? (({ category: of }: Alert) => of !== 'health');
  if (alerts.some(finds)) return 'found';
  return observed.some(finds) ? 'observed' : 'missed';
}
