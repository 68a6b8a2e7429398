/** Entry of the Worker thread: messages in, messages out. All else is in AgentWorker. */
import { parentPort } from 'node:worker_threads';
import { NetGuardError } from '@netguard/core';
import { AgentWorker } from './agent-worker.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts runs in a Worker thread only');

let worker: AgentWorker | undefined;

function post(message: FromWorker): void {
  port?.postMessage(message);
}

async function start(message: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  try {
    worker = new AgentWorker(message.config, message.identities, message.openAlerts, post);
    if (message.policies) worker.setPolicies(message.policies);
    if (message.closedCauses) worker.restoreClosed(message.closedCauses);
    if (message.learned) worker.restoreLearned(message.learned);
  } catch (error) {
    post(refusal(error));
    port?.close();
    return;
  }
  await worker.run();
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
  return { type: 'refused', code: 'NG_ERR_SOURCE', message: `starting the kernel source: ${text}` };
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
  switch (message.type) {
    case 'start':
      void start(message);
      break;
    case 'config':
      worker?.configure(message.config);
      break;
    case 'identities':
      worker?.setIdentities(message.identities);
      break;
    case 'identity-delta':
      worker?.changeIdentities(message.delta);
      break;
    case 'node-addresses':
      worker?.setNodeAddresses(message.addresses);
      break;
    case 'policies':
      worker?.setPolicies(message.policies);
      break;
    case 'close-alert':
      worker?.closeAlert(message.id);
      break;
    case 'baselines':
      worker?.askBaselines(message.id, message.request);
      break;
    case 'list-identities':
      worker?.listIdentities(message.id);
      break;
    case 'flows-taken':
      worker?.flowsTaken();
      break;
    case 'stop':
      worker?.stop();
      break;
  }
});
