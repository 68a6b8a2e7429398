/** The section `intel:`: lists of addresses, names and fingerprints that are known to be bad, and those that are known to be good. */
import { INTEL_FORMATS } from '@netguard/core';
import { z } from 'zod';
import { integer, path, sinkUrl } from './schema-types.ts';

const list = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be up to 63 lower-case letters, digits, `.`, `_` and `-`')
    .describe('Its name in alerts and metrics.'),
  url: sinkUrl.optional().describe('Where it is fetched from, by HTTP or HTTPS; redirects are not followed.'),
  file: path.optional().describe('The file it is read from; read again when it changes. This or `url`.'),
  format: z.enum(INTEL_FORMATS).describe('How it is written ([the formats](../guide/threat-intel.md#formats)).'),
  kind: z
    .enum(['address', 'domain', 'url', 'ja3', 'ja3s', 'ja4', 'hassh', 'hassh-server', 'certificate'])
    .optional()
    .describe('What its values are; by their looks unless set. Hashes of 32 digits need it.'),
  column: z
    .union([integer(1, 200), z.string().min(1).max(100)])
    .default(1)
    .describe('Of CSV: the column of the values, by number from 1, or by its name in the header.'),
  header: z.boolean().default(false).describe('Of CSV with a column by number: the first line is a header.'),
  categoriesFile: path
    .optional()
    .describe('Of IP reputation: the file of category names; category numbers are left out unless set.'),
  minScore: integer(0, 127).default(1).describe('Of IP reputation: lowest score that counts.'),
  subdomains: z.boolean().default(false).describe('Names stand for all names below them, too.'),
  category: z
    .string()
    .min(1)
    .max(63)
    .default('malware')
    .describe(
      'What it lists, shown in alerts. `allow`: never alerts, whatever other lists say. `known-scanner`: what comes in from there is no alert.',
    ),
  severity: z
    .enum(['low', 'medium', 'high', 'critical'])
    .optional()
    .describe('Severity of alerts about a workload that calls out; high unless set.'),
  refreshSeconds: integer(60, 2_592_000)
    .default(3600)
    .describe('How often `url` is asked whether there is a newer one.'),
  maxBytes: integer(1024, 268_435_456)
    .default(33_554_432)
    .describe('Larger ones are refused, and the last good one stays.'),
  expireAfterSeconds: integer(60, 31_536_000)
    .optional()
    .describe('Age at which a list that could not be renewed is no longer used; never unless set.'),
  tokenFile: path
    .optional()
    .describe('File holding a token, sent as `Authorization: Bearer`; with HTTPS only, or to this machine.'),
  tlsCaFile: path.optional().describe("PEM certificates that sign the server's; those of the system unless set."),
  allowOwn: z
    .boolean()
    .default(false)
    .describe('Take private, loopback and reserved addresses, which are refused unless set.'),
});

export const intel = z.strictObject({
  lists: z.array(list).max(64).default([]).describe('The lists, in the order in which they answer.'),
  allow: z
    .array(z.string().min(1).max(2048))
    .max(10_000)
    .default([])
    .describe(
      'Addresses, ranges, names (`.example.org` with all below it), URLs and hashes that are never alerted of.',
    ),
});

export type IntelListSettings = Readonly<z.output<typeof list>>;
export type IntelSettings = Readonly<z.output<typeof intel>>;
