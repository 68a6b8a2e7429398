/** The YAML beside a program: what its maps and values are called, and the alerts on them. */
import { z } from 'zod';
import { integer } from '../../config/schema-types.ts';
import { CONVENTIONS } from './conventions.ts';
import { SERIES_LIMITS } from './limits.ts';

const identifier = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name as in C');

const labelName = z
  .string()
  .max(64)
  .regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label: letters, digits and _, not beginning with __')
  .refine((name) => name !== 'le' && name !== 'program', 'is a label that has its own meaning here');

const metricName = z
  .string()
  .max(150)
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a metric: letters, digits and _')
  .refine((name) => !/^(netguard|process|nodejs)_/.test(name), 'must not look like one of NetGuard itself');

const help = z.string().min(1).max(500);

/** `500ms`, `5s`, `2m`: milliseconds. */
const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h)$/, 'must be a time such as 500ms, 5s or 2m')
  .transform(durationMs)
  .refine((ms) => ms <= 3_600_000, 'must be at most an hour');

/** Milliseconds of what `duration` takes. */
export function durationMs(text: string): number {
  const factor = text.endsWith('ms') ? 1 : { s: 1000, m: 60_000, h: 3_600_000 }[text.at(-1) ?? 's'];
  return Number.parseInt(text, 10) * (factor ?? 1);
}

const label = z.strictObject({
  as: z.enum(CONVENTIONS).optional().describe('What the field is, where its name does not tell.'),
  label: labelName.optional().describe('What it is called.'),
  drop: z.boolean().default(false).describe('Left out; entries that differ in nothing else are added up.'),
});

const sample = z.strictObject({
  as: z.enum(CONVENTIONS).optional().describe('What the field is; `label` makes a label of a number.'),
  metric: metricName.optional().describe('The whole name of the metric.'),
  type: z.enum(['counter', 'gauge', 'histogram']).optional(),
  unit: z.enum(['ns', 'us', 'ms', 'seconds', 'bytes', 'packets', 'none']).optional(),
  help: help.optional(),
  drop: z.boolean().default(false),
});

const map = z.strictObject({
  export: z.boolean().default(true).describe('False: no metrics of this map.'),
  metric: metricName.optional().describe('The beginning of the names of its metrics.'),
  help: help.optional(),
  labels: z.record(identifier, label).default({}).describe('By field of the key.'),
  samples: z.record(identifier, sample).default({}).describe('By field of the value; `value` where it is a number.'),
  constLabels: z.record(labelName, z.string().max(253)).default({}),
  sumBy: z.array(labelName).max(32).optional().describe('The only labels that are kept.'),
  maxSeries: integer(1, SERIES_LIMITS.mostSeries).default(SERIES_LIMITS.defaultSeries),
  perCpu: z.enum(['sum', 'label']).default('sum').describe('Of per-CPU maps.'),
  slots: z.enum(['floor', 'ceil']).default('floor').describe('What slot i of a log2 histogram counts.'),
});

const alert = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and -'),
  expr: z.string().min(1).max(SERIES_LIMITS.expressionLength),
  on: z.number().optional().describe('The level, where the expression does not end in a comparison.'),
  off: z.number().optional().describe('The alert goes on until the value is no longer beyond this.'),
  for: duration.default(0),
  severity: z.enum(['low', 'medium', 'high', 'critical']).default('medium'),
  title: z.string().min(1).max(SERIES_LIMITS.titleLength).optional(),
  unit: z.string().max(20).optional(),
  source: labelName.optional().describe('The label that is who does it.'),
  target: labelName.optional().describe('The label that is whom it is done to.'),
});

export const programSpecSchema = z.strictObject({
  apiVersion: z.literal('netguard/v1'),
  kind: z.literal('Program'),
  maps: z.record(identifier, map).default({}),
  events: z
    .record(identifier, z.strictObject({ type: identifier.describe('The struct that a record is.') }))
    .default({})
    .describe('By ring buffer.'),
  alerts: z.array(alert).max(SERIES_LIMITS.alerts).default([]),
});

export type MapSpec = z.output<typeof map>;
export type LabelSpec = z.output<typeof label>;
export type SampleSpec = z.output<typeof sample>;
export type AlertSpec = z.output<typeof alert>;
export type ProgramSpecValue = z.output<typeof programSpecSchema>;

/** What a map has of which the YAML says nothing. */
export const DEFAULT_MAP_SPEC: MapSpec = map.parse({});
