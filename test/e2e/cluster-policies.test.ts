/** Policies, names and Events of a cluster, with real traffic: the API server is a double, the rest is not. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import type { Alert, Flow } from '@netguard/core';
import type { PolicyInputsView } from '../../packages/agent/src/http/api-types.ts';
import { ApiServerDouble, type StoredObject } from '../../packages/agent/src/testing/api-server-double.ts';
import { rawNamespace } from '../../packages/agent/src/testing/kubernetes-objects.ts';
import { tlsPairs } from '../../packages/agent/src/testing/tls-pairs.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Agent } from './support/agent.ts';
import { getJson } from './support/http.ts';
import { Program } from './support/program.ts';
import { Temporary } from './support/temporary.ts';
import { until } from './support/until.ts';

const namespace = 'policed';
const ROLES = ['db', 'web', 'late', 'stranger'] as const;
/* What an accusation waits for a name, and a tick. */
const JUDGED_AFTER_MS = 6500;

interface Written {
  readonly reason: string;
  readonly regarding: { readonly name: string; readonly uid: string };
  readonly related?: { readonly name: string };
}

let server: ApiServerDouble;
let lab: Lab;
let agent: Agent;
let directory: Temporary;
const pods = {} as Record<(typeof ROLES)[number], Pod>;
const events: Written[] = [];

before(async () => {
  directory = new Temporary();
  server = await ApiServerDouble.start({ tls: true });
  server.withhold('policy.networking.k8s.io');
  server.fault = answerForEvents;
  lab = await Lab.open();
  const specs = ROLES.map((role) => ({
    namespace,
    name: `${role}-0`,
    labels: { app: role === 'late' ? 'web' : role },
  }));
  for (const [index, pod] of (await lab.addPods(specs)).entries()) pods[ROLES[index] ?? 'db'] = pod;
  await Program.start(pods.db, 'listener', { port: 5432 }).line();
  server.put('namespaces', rawNamespace(namespace));
  server.put('pods', raw(pods.db), raw(pods.web), raw(pods.stranger));
  server.put('networkpolicies', {
    metadata: { name: 'only-web', namespace },
    spec: {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] }],
    },
  });
  const kubernetes = { kubeconfig: directory.write('kubeconfig', kubeconfig()) };
  agent = await Agent.start({ config: { kubernetes, sinks: { events: { type: 'kubernetes-events' } } } });
});
after(async () => {
  await agent?.[Symbol.asyncDispose]();
  await lab?.close();
  await server?.close();
  directory?.[Symbol.dispose]();
});

function raw(pod: Pod): StoredObject {
  const { uid, name, labels, ip, containerId, container, startedAt } = pod;
  return {
    metadata: { uid, name, namespace, labels, creationTimestamp: startedAt },
    spec: { nodeName: lab.node, containers: [{ name: container }] },
    status: {
      phase: 'Running',
      podIPs: [{ ip }],
      startTime: startedAt,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: container, containerID: `containerd://${containerId}`, state: { running: {} } }],
    },
  };
}

function kubeconfig(): object {
  const ca = Buffer.from(tlsPairs.one.cert).toString('base64');
  return {
    'current-context': 'c',
    clusters: [{ name: 'k', cluster: { server: server.url.origin, 'certificate-authority-data': ca } }],
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    users: [{ name: 'u', user: { token: 't' } }],
  };
}

/** Pods by name, and new Events: the double knows neither by itself. */
function answerForEvents(asked: { resource: string }, response: ServerResponse, request: IncomingMessage): boolean {
  const pod = Object.values(pods).find(({ name }) => name === asked.resource);
  if (pod === undefined && asked.resource !== 'events') return false;
  const answer = (body: object) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (pod !== undefined) answer({ metadata: { name: pod.name, uid: pod.uid } });
  else {
    void request.toArray().then((chunks) => {
      const event = JSON.parse(Buffer.concat(chunks).toString());
      events.push(event);
      answer(event);
    });
  }
  return true;
}

const visits = (from: Pod) => Program.start(from, 'visitor', { host: pods.db.ip, port: 5432, everyMs: 200 }).line();

async function accused(): Promise<string[]> {
  const alerts = await agent.list<Alert>(`alerts?namespace=${namespace}`);
  return alerts.filter(({ rule }) => rule === 'policy-violation').map(({ source }) => source?.pod ?? source?.ip ?? '?');
}

test('the cluster’s own policies are judged by: a stranger is told, and is an Event; who gets its name late is not', async () => {
  const following = await until('policies are followed', async () => {
    const { identity, degraded } = await agent.status();
    const states = identity.kubernetes.resources.map(({ resource, state }) => `${resource} ${state}`);
    return identity.kubernetes.state === 'synced' && states.includes('networkpolicies watching') && { degraded };
  });
  assert.ok(!following.degraded.some((sentence) => /polic/i.test(sentence)), following.degraded.join());

  const beganMs = Date.now();
  await Promise.all([visits(pods.late), visits(pods.web)]);
  await visits(pods.stranger);
  await until('the stranger is told', async () => (await accused()).length > 0);
  server.put('pods', raw(pods.late));
  const event = await until('its Event', () => events.find(({ regarding }) => regarding.name === 'db-0'));
  assert.deepEqual([event.reason, event.regarding.uid], ['PolicyViolation', pods.db.uid]);
  assert.equal(event.related?.name, 'stranger-0');
  const diff = await agent.cli([
    'policy',
    'generate',
    '-n',
    namespace,
    '--diff',
    '--include-alerted',
    '--include-rare',
  ]);
  assert.match(diff.stdout, /^--- cluster policed\/only-web$/m, diff.stderr);

  await until('late is named, and could have been accused', async () => {
    const flows = await agent.list<Flow>(`flows?namespace=${namespace}&since=5s`);
    const isNamed = flows.some(({ source, reporter }) => source.pod === 'late-0' && reporter === 'server');
    return isNamed && Date.now() - beganMs > JUDGED_AFTER_MS;
  });
  assert.deepEqual(await accused(), ['stranger-0']);
  const { identities } = await getJson<PolicyInputsView>(`${agent.url}/api/v1/policy/inputs`);
  assert.deepEqual(identities.pods.map(({ name }) => name).sort(), ['db-0', 'late-0', 'stranger-0', 'web-0']);
});
