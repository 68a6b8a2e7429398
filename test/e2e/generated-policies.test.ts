/** Policies made from real traffic: they are silent about it, and tell what is new; nothing enforces them here. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { AccessRules, type Alert, type Endpoint } from '@netguard/core';
import type { BaselineView, List, PolicyInputsView } from '../../packages/agent/src/http/api-types.ts';
import { parsePolicies } from '../../packages/agent/src/policy/load-policies.ts';
import { policyInputs } from '../../packages/agent/src/policy/policy-inputs.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import { getJson } from './support/http.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const namespace = 'generated';
const NOBODYS =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: nowhere}\nspec: {podSelector: {}}\n';
const ROLES = ['web', 'api', 'db', 'stranger'] as const;

let lab: Lab;
let agent: Agent;
let directory: Temporary;
let policies: string;
const pods = {} as Record<(typeof ROLES)[number], Pod>;

function visits(from: Pod, to: Pod, port: number): Program {
  return Program.start(from, 'visitor', { host: to.ip, port, everyMs: 100 });
}

before(async () => {
  directory = new Temporary();
  policies = directory.write('policies.yaml', NOBODYS);
  lab = await Lab.open();
  const specs = ROLES.map((role) => ({
    namespace,
    name: `${role}-5d8f7b9c64-lm2tz`,
    workload: { kind: 'Deployment', name: role },
    labels: { app: role, 'pod-template-hash': '5d8f7b9c64' },
  }));
  for (const [index, pod] of (await lab.addPods(specs)).entries()) pods[ROLES[index] ?? 'web'] = pod;
  await Program.start(pods.db, 'listener', { port: 5432 }).line();
  await Program.start(pods.api, 'listener', { port: 8080 }).line();
  agent = await Agent.start({ lab, config: { flows: { windowMs: 1000 }, policy: { files: [policies] } } });
  await Promise.all([visits(pods.web, pods.api, 8080).line(), visits(pods.api, pods.db, 5432).line()]);
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
  directory?.[Symbol.dispose]();
});

function endpoint({ ip, name, workload }: Pod): Endpoint {
  return { ip, kind: 'pod', namespace, pod: name, ...(workload && { workload }) };
}

async function violations(): Promise<Alert[]> {
  return (await agent.list<Alert>(`alerts?namespace=${namespace}`)).filter(({ rule }) => rule === 'policy-violation');
}

test('policies made of ordinary traffic allow it and nothing else, and tell a stranger', async () => {
  const yaml = await until('policies for all three that talk', async () => {
    const { code, stdout } = await agent.cli(['policy', 'generate', '-n', namespace]);
    return code === 0 && (stdout.match(/^kind: NetworkPolicy$/gm)?.length ?? 0) === 3 && stdout;
  });
  assert.doesNotMatch(yaml, /stranger|pod-template-hash|ipBlock/);

  const view = await getJson<PolicyInputsView>(`${agent.url}/api/v1/policy/inputs`);
  const baselines = await getJson<List<BaselineView>>(`${agent.url}/api/v1/baselines?namespace=${namespace}`);
  const judge = new AccessRules(policyInputs(view, baselines.items).lookup);
  judge.setPolicies(parsePolicies(yaml, 'generated'));
  const isAllowed = (from: Pod, to: Pod, port: number): boolean =>
    judge.denial(endpoint(from), endpoint(to), port, 'TCP') === undefined;
  assert.ok(isAllowed(pods.web, pods.api, 8080) && isAllowed(pods.api, pods.db, 5432));
  for (const [from, to, port] of [
    [pods.web, pods.db, 5432],
    [pods.stranger, pods.db, 5432],
    [pods.web, pods.api, 8081],
    [pods.db, pods.web, 80],
  ] as const) {
    assert.ok(!isAllowed(from, to, port), `${from.name} → ${to.name} ${port}`);
  }

  writeFileSync(policies, yaml);
  await agent.process.says(/policies reloaded/);
  await visits(pods.stranger, pods.db, 5432).line();
  const alert = await until('the alert about the stranger', async () => (await violations())[0]);
  assert.deepEqual([alert.source?.workload?.name, alert.target?.workload?.name], ['stranger', 'db']);

  const against = await agent.cli(['policy', 'generate', '--from-alert', alert.id]);
  assert.equal(against.code, 0, against.stderr);
  const [policy, ...more] = parsePolicies(against.stdout, 'against').networkPolicies;
  assert.deepEqual([policy?.podSelector.matchLabels, policy?.egress, more], [{ app: 'db' }, null, []]);
  judge.setPolicies(parsePolicies(against.stdout, 'against'));
  assert.ok(isAllowed(pods.api, pods.db, 5432) && !isAllowed(pods.stranger, pods.db, 5432));

  /* By now ordinary traffic has come about dozens of times under the policies. */
  assert.deepEqual(
    (await violations()).map(({ source }) => source?.workload?.name),
    ['stranger'],
  );
});
