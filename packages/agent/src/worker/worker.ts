/** Entry of the Worker thread: messages in, messages out. All else is in AgentWorker and HubbleWorker. */
import { parentPort } from 'node:worker_threads';
import { NetGuardError } from '@netguard/core';
import type { FromWorker, ToWorker } from './messages.ts';
import type { SourceWorker } from './source-worker.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts runs in a Worker thread only');

let worker: SourceWorker | undefined;
/** What came while it was being made. */
const waiting: ToWorker[] = [];

function post(message: FromWorker): void {
  port?.postMessage(message);
}

async function start(message: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  try {
    const { config, identities, openAlerts } = message;
    /* Each brings libraries that the other has no use for. */
    if (config.sources.kind === 'hubble') {
      const { HubbleWorker } = await import('./hubble-worker.ts');
      worker = new HubbleWorker(config, identities, openAlerts, post);
    } else {
      const { AgentWorker } = await import('./agent-worker.ts');
      worker = new AgentWorker(config, identities, openAlerts, post);
    }
    if (message.policies) worker.commands.setPolicies(message.policies);
    if (message.intel) worker.commands.setIntel(message.intel);
    if (message.closedCauses) worker.commands.restoreClosed(message.closedCauses);
    if (message.learned) worker.commands.restoreLearned(message.learned);
  } catch (error) {
    post(refusal(error));
    port?.close();
    return;
  }
  const running = worker.run();
  for (const message of waiting.splice(0)) take(message);
  await running;
  post({ type: 'stopped' });
  port?.close();
}

function refusal(error: unknown): FromWorker {
  if (error instanceof NetGuardError) {
    const detail = error.detail ?? verifierLog(error.cause);
    const hint = error.hint ?? hintOf(error.cause);
    return {
      type: 'refused',
      code: error.code,
      message: error.message,
      ...(detail ? { detail } : {}),
      ...(hint ? { hint } : {}),
    };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'refused', code: 'NG_ERR_SOURCE', message: `starting the source: ${text}` };
}

function verifierLog(cause: unknown): string | undefined {
  return cause instanceof Error && 'verifierLog' in cause && typeof cause.verifierLog === 'string'
    ? cause.verifierLog
    : undefined;
}

function hintOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'hint' in cause && typeof cause.hint === 'string' ? cause.hint : undefined;
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'start') void start(message);
  else if (worker === undefined) waiting.push(message);
  else take(message);
});

function take(message: ToWorker): void {
  switch (message.type) {
    case 'start':
      break;
    case 'config':
      worker?.configure(message.config);
      break;
    case 'identities':
      worker?.commands.setIdentities(message.identities);
      break;
    case 'identity-delta':
      worker?.commands.changeIdentities(message.delta);
      break;
    case 'node-addresses':
      worker?.setNodeAddresses(message.addresses);
      break;
    case 'policies':
      worker?.commands.setPolicies(message.policies);
      break;
    case 'intel':
      worker?.commands.setIntel(message.lists);
      break;
    case 'rules':
      worker?.setRules(message.rules);
      break;
    case 'close-alert':
      worker?.commands.closeAlert(message.id);
      break;
    case 'baselines':
      worker?.commands.askBaselines(message.id, message.request);
      break;
    case 'list-identities':
      worker?.listIdentities(message.id);
      break;
    case 'program-measurements':
      worker?.commands.takeMeasurements(message.measurements);
      break;
    case 'name-ends':
      post({ type: 'ends-named', ends: worker?.commands.nameEnds(message.ends) ?? { cgroups: [], addresses: [] } });
      break;
    case 'flows-taken':
      worker?.commands.flowsTaken();
      break;
    case 'stop':
      worker?.stop();
      break;
  }
}
