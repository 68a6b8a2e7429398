import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveScenario } from './scenario.ts';

/** A scenario and the name of its folder. */
export interface Named {
  readonly id: string;
  readonly scenario: LiveScenario;
}

const root = join(import.meta.dirname, '..');

/** A file of a scenario's folder. */
export function scenarioFile(id: string, name: string): string {
  return join(root, id, name);
}

/** The names of all folders that hold a scenario, in order. */
export function scenarioIds(): string[] {
  return readdirSync(root)
    .filter((id) => existsSync(scenarioFile(id, 'scenario.ts')))
    .sort();
}

export async function loadScenario(id: string): Promise<Named> {
  const { scenario } = (await import(scenarioFile(id, 'scenario.ts'))) as { scenario: LiveScenario };
  return { id, scenario };
}
