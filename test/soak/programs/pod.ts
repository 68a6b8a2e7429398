/**
 * The program of every pod and host of a soak: does all that its settings list, at once. Says `{"ready":true}`, and at the end
 * what it has done. A line `{"targets":[…]}` on its standard input replaces the targets of activities that follow.
 */
import { createInterface } from 'node:readline';
import { say, settings } from '../../e2e/support/programs/settings.ts';
import type { Activity, Start, Target, Work } from './activity.ts';

const { name, activities } = settings<{ name: string; activities: Activity[] }>();
// What the kernel reports as the process's name.
process.title = name;
const work: Work = { done: 0, failed: 0 };

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { targets } = JSON.parse(line) as { targets: Target[] };
    for (const activity of activities) {
      if (activity.kind === 'http-client' && activity.follows) activity.targets = targets;
    }
  })
  .on('close', () => {
    say(work);
    process.exit(0);
  });

for (const activity of activities) {
  const module = (await import(`./activities/${activity.kind}.ts`)) as { start: Start<Activity> };
  await module.start(activity, work);
}
say({ ready: true });
