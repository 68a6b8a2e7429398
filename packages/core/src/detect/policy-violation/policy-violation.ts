import type { Detector } from '../detector.ts';
import { PolicyViolationInstance } from './instance.ts';
import { policyViolationParameters } from './parameters.ts';
import { POLICY_VIOLATION_MITRE } from './report.ts';

/** Traffic that NetworkPolicies or access policies do not allow. docs/detectors/policy-violation.md. */
export const policyViolation: Detector<typeof policyViolationParameters> = {
  id: 'policy-violation',
  category: 'unauthorized-access',
  mitre: POLICY_VIOLATION_MITRE,
  default: 'alert',
  description: 'Traffic that the NetworkPolicies or access policies given do not allow, established or attempted',
  parameters: policyViolationParameters,
  observes: ['connection', 'datagrams'],
  /* A scan tries what no policy allows: the scan is the cause. */
  yieldsTo: [
    { rule: 'port-scan', same: 'pair' },
    { rule: 'host-sweep', same: 'source' },
    { rule: 'slow-scan', same: 'source' },
    { rule: 'worm-propagation', same: 'source', ifSamePorts: true },
  ],
  create: (parameters, context) => new PolicyViolationInstance(parameters, context),
};
