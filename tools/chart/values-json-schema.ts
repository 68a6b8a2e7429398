import { z } from 'zod';
import { configJsonSchema } from '../../packages/agent/src/config/json-schema.ts';
import { valuesSchema } from './values.ts';

export interface ValueSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly ValueSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly [key: string]: unknown;
}

/** The values alone, `config` as an open map: for values.yaml and the table. */
export function ownSchema(): ValueSchema {
  return z.toJSONSchema(valuesSchema, { io: 'input', target: 'draft-7' }) as ValueSchema;
}

/**
 * values.schema.json: draft 7, which every Helm 3 and 4 understands, with the agent's schema under `config`. The version of the
 * file is the chart's to write, so it is not required there.
 */
export function valuesJsonSchema(): ValueSchema {
  const own = ownSchema();
  const { $schema: _dialect, $id: _id, title: _title, required: _required, ...config } = configJsonSchema();
  const { description } = own.properties?.config ?? {};
  return {
    ...own,
    title: 'Values of the NetGuard chart',
    properties: { ...own.properties, config: { ...config, description } as ValueSchema },
  };
}
