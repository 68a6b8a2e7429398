/** The section `rules:`: Suricata rules over samples of payload. */
import { z } from 'zod';
import { integer, path } from './schema-types.ts';

const reputation = z.strictObject({
  categoriesFile: path.describe(
    'Numbers and names of categories, as Suricata reads them (`1,CnC,Command and control`).',
  ),
  files: z.array(path).min(1).max(100).describe('Addresses with category and score (`203.0.113.7,1,90`).'),
});

export const rules = z.strictObject({
  files: z
    .array(path)
    .max(1000)
    .default([])
    .describe(
      'Suricata rule files, or directories with `*.rules` in them ([rules](rules.md)); read again when they change. None: no rules.',
    ),
  variables: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name without $'), z.string().min(1).max(65_536))
    .default({})
    .describe(
      "Variables of addresses and ports that rules use, such as `HOME_NET: '[10.0.0.0/8]'`; over Suricata's defaults.",
    ),
  classificationFile: path.optional().describe("A classification.config with classes besides Suricata's own."),
  reputation: reputation.optional().describe('Files of `iprep`; without them rules that ask for it are refused.'),
  disable: z
    .array(integer(1, 4_294_967_295))
    .max(100_000)
    .default([])
    .describe('Numbers (sid) of rules that are left out.'),
});
