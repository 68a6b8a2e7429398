import { after, before, describe, test } from 'node:test';
import type { Named } from './folders.ts';
import { type Outcome, Stage } from './stage.ts';

/** Declares one test a scenario on a shared stage, `together` at once: more than one only of what loads nothing. */
export function playAll(
  scenarios: readonly Named[],
  { config = {}, together = 1 }: { config?: Readonly<Record<string, unknown>>; together?: number } = {},
): void {
  describe('scenarios', { concurrency: together }, () => {
    const stage = sharedStage(scenarios, config);
    for (const each of scenarios) {
      test(title(each), async (t) => t.diagnostic(summary(await stage().play(each))));
    }
  });
}

function sharedStage(scenarios: readonly Named[], config: Readonly<Record<string, unknown>>): () => Stage {
  let stage: Stage | undefined;
  before(async () => {
    stage = await Stage.open(scenarios, config);
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });
  return () => {
    if (stage === undefined) throw new Error('the stage did not open');
    return stage;
  };
}

function title({ id, scenario }: Named): string {
  const told = scenario.expect === 'silence' ? 'is silent' : 'is told once';
  return `${id} ${told}: ${scenario.what}`;
}

function summary({ alert, delayMs, beforeEndMs, tookMs }: Outcome): string {
  if (alert === undefined) return `nothing told in ${tookMs} ms`;
  return (
    `${alert.severity}, told ${delayMs} ms after the threshold and ${beforeEndMs} ms before the end of ${tookMs} ms: ` +
    alert.title
  );
}
