/** Asks a name server for a list of names, a few at a time, and says how many were answered and how many do not exist. */
import { Resolver } from 'node:dns/promises';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const {
  server,
  questions,
  together = 20,
} = settings<{
  server: string;
  questions: readonly (readonly [name: string, type: string])[];
  together?: number;
}>();
onStop(() => process.exit(0));
const resolver = new Resolver({ timeout: 2000, tries: 2 });
resolver.setServers([server]);
let answered = 0;
let missing = 0;

async function ask([name, type]: readonly [string, string]): Promise<void> {
  try {
    await resolver.resolve(name, type);
    answered += 1;
  } catch {
    missing += 1;
  }
}

for (let at = 0; at < questions.length; at += together) await Promise.all(questions.slice(at, at + together).map(ask));
say({ answered, missing });
process.exit(0);
