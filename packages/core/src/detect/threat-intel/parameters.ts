import type { ParameterTable, ParameterValues } from '../detector.ts';

export const threatIntelParameters = {
  contacts: {
    default: 1,
    unit: 'contacts',
    minimum: 1,
    maximum: 1_000_000,
    description: 'Contacts of a workload with what one entry of a list names, from which it is told.',
    source: 'maltrail and Suricata iprep rules tell of the first one.',
  },
  outsideSources: {
    default: 1,
    unit: 'sources',
    minimum: 1,
    maximum: 1_000_000,
    description: 'Listed sources outside that reached a workload, from which that is told.',
    source: 'Our choice: it is told low, once a workload.',
  },
  quietMs: {
    default: 900_000,
    unit: 'ms',
    minimum: 5000,
    maximum: 86_400_000,
    description:
      'Time after the last contact for which the finding goes on: a beacon that comes back within it is one alert.',
    source: 'Our choice: what calls every five minutes stays one alert, also when it misses two calls.',
  },
} as const satisfies ParameterTable;

export type ThreatIntelParameters = ParameterValues<typeof threatIntelParameters>;
