import type { Endpoint } from '../../endpoint.ts';
import type { Inspection } from '../inspection.ts';
import type { Reputation } from '../state/reputation.ts';
import type { XbitTable } from '../state/xbit-table.ts';

/** Labels of who stands at an end, where somebody knows them. */
export type LabelsOf = (endpoint: Endpoint) => Readonly<Record<string, string>> | undefined;

/** The sample being inspected and what rules remember: what checks and effects of a rule work on. */
export interface RuleContext {
  readonly inspection: Inspection;
  readonly xbits: XbitTable;
  readonly reputation: Reputation | undefined;
  readonly labelsOf: LabelsOf | undefined;
}
