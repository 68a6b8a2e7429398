import type { Alert } from '@netguard/core';
import type { ReplayFlags } from '../commands/replay.ts';
import { loadAgent } from '../daemon/load-agent.ts';
import { readConfig } from '../daemon/read-config.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { safeText } from '../text/safe-text.ts';
import { note, writeOut } from '../text/write-out.ts';
import { AlertJournal } from './alert-journal.ts';
import { ProgressLine } from './progress-line.ts';
import { replayTable } from './replay-table.ts';
import { summaryText } from './summary-text.ts';

/** Replays captures and prints what was found: alerts, those of detectors that only observe marked so, then the summary. */
export async function runReplay(files: readonly string[], flags: ReplayFlags, signal: AbortSignal): Promise<void> {
  const { loaded } = await readConfig(flags);
  const { replayCaptures } = await loadAgent();
  const isJson = flags.output === 'json';
  // Lines are written between two readings of a file, so that a slow reader of ours slows the replay down.
  const ended: Alert[] = [];
  const journal = new AlertJournal(isJson ? (alert) => ended.push(alert) : undefined);
  const progress = new ProgressLine(process.stderr);
  const { summary, failure } = await replayCaptures({
    config: loaded.config,
    files,
    signal,
    onAlert: (event) => journal.note(event),
    onProgress: (state) => progress.show(state),
    drain: async () => {
      for (const alert of ended.splice(0)) await writeOut(`${safeJson(alert)}\n`);
    },
  });
  progress.clear();
  if (failure !== undefined && summary.packets === 0) throw failure;
  for (const warning of [...loaded.warnings, ...summary.warnings]) note(`warning: ${safeText(warning)}`);
  if (isJson) {
    for (const alert of journal.list()) await writeOut(`${safeJson(alert)}\n`);
    await writeOut(`${safeJson({ summary })}\n`);
  } else {
    const colours = palette({ colour: wantsColour(process.stdout, process.env) });
    const alerts = journal.list();
    if (alerts.length > 0) await writeOut(`${replayTable(alerts, colours).join('\n')}\n\n`);
    await writeOut(`${summaryText(summary).join('\n')}\n`);
  }
  if (journal.left > 0) note(`warning: ${journal.left} more alerts are counted in the summary only`);
  if (failure !== undefined) throw failure;
  if (flags.failOn !== undefined && journal.reached(flags.failOn) && !signal.aborted) process.exitCode = 1;
}
