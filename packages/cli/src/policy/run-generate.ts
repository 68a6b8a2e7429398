import {
  type GeneratedPolicies,
  generatePolicies,
  networkPolicyOf,
  type PolicyOptions,
  policyAgainst,
  verifyPolicies,
} from '@netguard/core';
import { fetchAlert } from '../alerts/find-alert.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { GenerateFlags } from '../commands/policy.ts';
import { connect } from '../commands/server-options.ts';
import { type AgentModule, loadAgent } from '../daemon/load-agent.ts';
import { CliError } from '../failure/cli-error.ts';
import { safeText } from '../text/safe-text.ts';
import { note, writeOut } from '../text/write-out.ts';
import { leftOutSummary } from './explanation.ts';
import { type FilePolicy, policyDiff } from './policy-diff.ts';
import { fetchPolicyFacts, type PolicyFacts } from './policy-facts.ts';
import { policiesJson, policiesYaml } from './printed.ts';
import { watchedRemarks } from './remarks.ts';

/** Makes policies, judges them as they were written, and prints them or what they would change. */
export async function runGenerate(flags: GenerateFlags, signal: AbortSignal): Promise<void> {
  refuseContradictions(flags);
  const client = await connect(flags, signal);
  const agent = await loadAgent();
  const ofFiles = Array.isArray(flags.diff) ? readFiles(flags.diff, agent) : undefined;
  const facts = await fetchPolicyFacts(client, agent, signal);
  const existing = flags.diff === true ? ofCluster(facts) : ofFiles;
  const made =
    flags.fromAlert === undefined
      ? generatePolicies(facts.scene, facts.alerts, optionsOf(flags))
      : await againstAlert(flags, facts, client, signal);
  remark([...watchedRemarks(facts.view, facts.scene), ...made.remarks, ...leftOutSummary(ownLeftOut(made))]);
  if (made.policies.length === 0) throw nothingMade(flags, facts);
  const yaml = policiesYaml(made.policies, 'kubernetes', flags.explain === true);
  const read = agent.parsePolicies(yaml, 'the policies').networkPolicies;
  const { allowed, denied } = verifyPolicies(read, made.policies, facts.scene);
  if (existing !== undefined) {
    const isJudged = (namespace: string) => made.policies.some((policy) => policy.namespace === namespace);
    const isOnlyOne = flags.fromAlert !== undefined;
    const diff = policyDiff(made.policies.map(networkPolicyOf), existing, isOnlyOne ? () => false : isJudged);
    const { added, changed, unchanged, removed } = diff;
    await writeOut(diff.text);
    remark([
      `${added} added, ${changed} changed, ${unchanged} unchanged, ${removed} only in ${flags.diff === true ? 'the cluster' : 'the files'}.`,
    ]);
  } else if (flags.output === 'json') {
    await writeOut(policiesJson(made.policies, ownLeftOut(made), flags.format, flags.explain === true));
  } else {
    await writeOut(
      flags.format === 'kubernetes' ? yaml : policiesYaml(made.policies, 'cilium', flags.explain === true),
    );
  }
  const word = flags.format === 'cilium' ? ' as NetworkPolicies' : '';
  remark([
    `${made.policies.length} policies, read back and judged${word}: ${allowed} observed edges are allowed, ${denied} others that were tried are not.`,
  ]);
}

function refuseContradictions({ diff, format, output, fromAlert, namespace, includeAlerted }: GenerateFlags): void {
  const refuse = (why: string, hint: string): never => {
    throw new CliError('NG_ERR_CLI_USAGE', 'making policies', why, { hint });
  };
  if (diff !== undefined && format === 'cilium')
    refuse('--diff reads NetworkPolicies only', 'Leave out --format cilium.');
  if (diff !== undefined && output === 'json') refuse('--diff prints a diff, not JSON', 'Leave out -o json.');
  if (fromAlert === undefined) return;
  if (namespace !== undefined) refuse('--from-alert names the workload by itself', 'Leave out --namespace.');
  if (includeAlerted) refuse('--from-alert is against the alert', 'Leave out --include-alerted.');
}

function optionsOf({ namespace, includeRare, includeAlerted, maxBlocks, prefix }: GenerateFlags): PolicyOptions {
  return {
    namespace,
    includeRare: includeRare === true,
    includeAlerted: includeAlerted === true,
    limits: { maxBlocks, prefix },
  };
}

async function againstAlert(
  flags: GenerateFlags,
  { scene }: PolicyFacts,
  client: ApiClient,
  signal: AbortSignal,
): Promise<GeneratedPolicies> {
  const alert = await fetchAlert(client, flags.fromAlert ?? '', signal);
  const against = policyAgainst(scene, alert, optionsOf(flags));
  if (against.policy === undefined) {
    throw new CliError('NG_ERR_CLI_NO_POLICY', `making a policy against alert ${safeText(alert.id)}`, against.reason, {
      hint: `\`netguard alerts explain ${safeText(alert.id)}\` tells what else can be done.`,
    });
  }
  return { policies: [against.policy], leftOut: against.policy.leftOut, remarks: against.remarks };
}

/** What the agent has from the API server. */
function ofCluster({ view }: PolicyFacts): FilePolicy[] {
  if (view.networkPolicies == null) {
    throw new CliError(
      'NG_ERR_CLI_NO_POLICY',
      'comparing policies',
      'that NetGuard does not know those of the cluster',
      {
        hint: 'It follows them while detector policy-violation is on, or with policy.fromCluster: always; `netguard status` tells what keeps it from that. Or name files: --diff policies.yaml.',
      },
    );
  }
  return view.networkPolicies.map((policy) => ({ file: 'cluster', policy }));
}

function readFiles(files: readonly string[], agent: AgentModule) {
  /* Together first: what stands twice is told. */
  for (const sentence of agent.loadPolicies(files).notes) note(`warning: ${safeText(sentence)}`);
  return files.flatMap((file) => agent.loadPolicies([file]).networkPolicies.map((policy) => ({ file, policy })));
}

/** Of those workloads only that a policy was made for. */
function ownLeftOut({ policies, leftOut }: GeneratedPolicies) {
  const own = new Set(policies.flatMap(({ unit }) => unit.workloads));
  return leftOut.filter(({ workloads }) => workloads.some((workload) => own.has(workload)));
}

function nothingMade({ namespace }: GenerateFlags, { scene }: PolicyFacts): CliError {
  const isKnown = scene.units.some((unit) => unit.namespace === namespace);
  const where = namespace === undefined || isKnown ? '' : `: no pod of namespace ${safeText(namespace)} is known`;
  return new CliError('NG_ERR_CLI_NO_POLICY', 'making policies', `there is nothing to make one of${where}`, {
    hint: '`netguard top edges` shows who talks to whom; the remarks above say what was left out and why.',
  });
}

function remark(lines: readonly string[]): void {
  for (const line of lines) note(safeText(line));
}
