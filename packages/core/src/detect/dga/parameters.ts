import type { ParameterTable, ParameterValues } from '../detector.ts';

export const dgaParameters = {
  windowMs: {
    default: 600_000,
    unit: 'ms',
    minimum: 30_000,
    maximum: 86_400_000,
    description: 'Time over which registered domains are counted, sliding.',
    source: 'Our choice: most generators try some hundred names one after the other, within minutes.',
  },
  domains: {
    default: 10,
    unit: 'domains',
    minimum: 3,
    maximum: 100_000,
    description:
      'Registered domains that do not exist and whose names nobody would choose, from which somebody generates them.',
    source: 'SLIPS: 10 NXDOMAIN answers. maltrail: 20 in an hour.',
  },
  bitsPerCharacter: {
    default: 5.3,
    unit: 'bits',
    minimum: 3,
    maximum: 8,
    description: 'Information of a character, among names that people choose, from which nobody would choose a name.',
    source:
      'flowscope: mean bigram log-likelihood below −3.5 (5.0 bits). Measured: a million names of packages 4.0, 99 % below 5.3; random letters 6.0.',
  },
  labelLength: {
    default: 7,
    unit: 'characters',
    minimum: 4,
    maximum: 63,
    description: 'Shorter names are not judged: abbreviations are random by nature.',
    source: 'Our choice: generators make 8 to 32 characters, as short names are taken.',
  },
  generatedShare: {
    default: 0.5,
    unit: 'share',
    minimum: 0.05,
    maximum: 1,
    description: 'Share of such names among all domains that did not exist.',
    source: 'flowscope asks for a second signal. Of dead domains that a crawler meets one in a hundred looks random.',
  },
  failedShare: {
    default: 0.6,
    unit: 'share',
    minimum: 0.05,
    maximum: 1,
    description: 'Share of domains that did not exist among all that were asked for.',
    source: 'flowscope: NXDOMAIN ratio above 0.8. Lower here, as a pod has other work beside.',
  },
  quietMs: {
    default: 120_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'Time without a new one after which it is over.',
    source: 'Our choice.',
  },
} as const satisfies ParameterTable;

export type DgaParameters = ParameterValues<typeof dgaParameters>;
