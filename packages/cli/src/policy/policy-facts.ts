import type { Alert, PolicyScene } from '@netguard/core';
import { policyScene } from '@netguard/core';
import { allBaselines } from '../baseline/all-baselines.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { PolicyInputsView } from '../client/api-types.ts';
import type { AgentModule } from '../daemon/load-agent.ts';
import { CliError } from '../failure/cli-error.ts';

export interface PolicyFacts {
  readonly scene: PolicyScene;
  readonly view: PolicyInputsView;
  /** The open ones. */
  readonly alerts: readonly Alert[];
}

/** All that policies are made from, of one server. @throws CliError NG_ERR_CLI_NO_POLICY where pods have no names. */
export async function fetchPolicyFacts(
  client: ApiClient,
  agent: AgentModule,
  signal: AbortSignal,
): Promise<PolicyFacts> {
  const view = await client.get<PolicyInputsView>('/api/v1/policy/inputs', signal);
  if (!view.hasIdentities || view.identities.pods.length === 0) {
    throw new CliError('NG_ERR_CLI_NO_POLICY', 'making policies', 'that NetGuard knows no pods and no labels', {
      hint: 'It takes a source of names: the API server (kubernetes.enabled, kubernetes.kubeconfig) or identity.file (--identities). `netguard status` tells how it does; see docs/reference/identity.md.',
    });
  }
  const baselines = await allBaselines(client, {}, signal);
  const alerts = await client.all('alerts', { status: 'open' }, signal);
  return { scene: policyScene(agent.policyInputs(view, baselines)), view, alerts };
}
