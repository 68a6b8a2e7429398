import assert from 'node:assert/strict';
import type { Alert } from '@netguard/core';
import { Lab } from '../../../packages/cli/src/lab/lab.ts';
import type { Member } from '../../../packages/cli/src/lab/member.ts';
import { Agent } from '../../e2e/support/agent.ts';
import type { EventStream } from '../../e2e/support/event-stream.ts';
import { until } from '../../e2e/support/until.ts';
import { Act } from './act.ts';
import { assertExpected } from './expected.ts';
import { loadScenario, type Named, scenarioIds } from './folders.ts';

/** What a scenario came to, for the diagnostics of a test. */
export interface Outcome {
  /** From crossing the threshold (the alert's firstSeen) to the alert being told over the stream. */
  readonly delayMs?: number;
  /** How long before the end of `run` it was told; negative: after it. */
  readonly beforeEndMs?: number;
  readonly tookMs: number;
  readonly alert?: Alert;
}

/** An alert is told within this time after its threshold was crossed. */
const PROMPT_MS = 250;
/** Time for what was done at the very end to be told, a tick and a half. */
const SETTLE_MS = 1500;

/** The scenarios of the folders whose name begins with one of the prefixes, in order of name. */
export async function scenariosOf(...prefixes: readonly string[]): Promise<Named[]> {
  const ids = scenarioIds().filter((id) => prefixes.some((prefix) => id.startsWith(prefix)));
  assert.ok(ids.length > 0, `no scenario begins with ${prefixes.join(' or ')}`);
  return Promise.all(ids.map(loadScenario));
}

/** One lab and one agent that all scenarios of a test file share. */
export class Stage {
  readonly agent: Agent;
  readonly #lab: Lab;
  readonly #stream: EventStream;
  readonly #acts: ReadonlyMap<string, Act>;

  private constructor(lab: Lab, acts: ReadonlyMap<string, Act>, agent: Agent, stream: EventStream) {
    this.#lab = lab;
    this.#acts = acts;
    this.agent = agent;
    this.#stream = stream;
  }

  /** Makes all members, lets every scenario prepare, then starts the agent with `config` (beside its defaults). */
  static async open(scenarios: readonly Named[], config: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
    const lab = await Lab.open({ ipv6: true });
    try {
      const acts = await cast(lab, scenarios);
      await Promise.all(scenarios.map(({ id, scenario }) => scenario.prepare?.(acts.get(id) as Act)));
      const agent = await Agent.start({ lab, config });
      const stream = await agent.stream('alert');
      for (const act of acts.values()) act.watchWith(agent, stream);
      return new Stage(lab, acts, agent, stream);
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** Runs one scenario and asserts what it expects. */
  async play({ id, scenario }: Named): Promise<Outcome> {
    const act = this.#acts.get(id);
    assert.ok(act, id);
    const startMs = Date.now();
    let endMs: number;
    try {
      await scenario.run(act);
      endMs = Date.now();
      const { expect } = scenario;
      if (expect !== 'silence') await until(`an alert of ${expect.rule} in ${id}`, () => act.opened().length > 0);
      const [first] = act.opened();
      if (first !== undefined) await scenario.afterwards?.(act, first.event.alert);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    } finally {
      act.end();
    }
    const opened = act.opened().filter(({ event }) => !(scenario.alsoAllowed ?? []).includes(event.alert.rule));
    const lines = opened.map(({ event: { alert } }) => `${alert.rule} ${alert.severity}: ${alert.title}`);
    if (scenario.expect === 'silence') {
      assert.deepEqual(lines, [], id);
      return { tookMs: endMs - startMs };
    }
    const first = opened[0];
    assert.ok(first && opened.length === 1, `${id}: one alert, not ${opened.length}: ${lines.join('; ')}`);
    const { alert } = first.event;
    assertExpected(alert, scenario.expect, (role, endpoint) => act.is(role, endpoint));
    const beforeEndMs = endMs - first.atMs;
    const delayMs = first.atMs - Date.parse(alert.firstSeen);
    // What is over within less is told as soon as it can be.
    if (scenario.expect.beforeEnd ?? true)
      assert.ok(beforeEndMs >= 0 || delayMs <= PROMPT_MS, `${id}: told ${-beforeEndMs} ms after it was over`);
    return { alert, delayMs, beforeEndMs, tookMs: endMs - startMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream[Symbol.dispose]();
    for (const act of this.#acts.values()) act.end();
    await this.agent[Symbol.asyncDispose]();
    await this.#lab.close();
  }
}

/** Makes the members of scenarios in a lab. */
export async function cast(lab: Lab, scenarios: readonly Named[]): Promise<Map<string, Act>> {
  const specs = scenarios.flatMap(({ id, scenario }) =>
    Object.entries(scenario.pods ?? {}).map(([name, role]) => ({ ...role, namespace: id, name })),
  );
  const pods = await lab.addPods(specs);
  const acts = new Map<string, Act>();
  for (const { id, scenario } of scenarios) {
    const members = new Map<string, Member>(
      pods.filter(({ namespace }) => namespace === id).map((pod) => [pod.name, pod]),
    );
    for (const [role, { addresses = 1 }] of Object.entries(scenario.hosts ?? {})) {
      members.set(role, await lab.addHost(`${id}.${role}`, { addresses }));
    }
    acts.set(id, new Act(id, lab, members));
  }
  return acts;
}
