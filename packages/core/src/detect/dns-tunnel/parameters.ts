import type { ParameterTable, ParameterValues } from '../detector.ts';

export const dnsTunnelParameters = {
  windowMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 30_000,
    maximum: 3_600_000,
    description: 'Time over which the names below one registered domain are counted, sliding.',
    source: 'dk-trace judges windows of 5 minutes.',
  },
  rareTypeNames: {
    default: 5,
    unit: 'names',
    minimum: 3,
    maximum: 10_000,
    description:
      'New names asked for with a record type that only tunnels use (NULL, KEY, those for private use), from which it is one.',
    source:
      'Kubeshark threat catalog: NULL and TXT, 20 and more a burst. Fewer here, as only types that nothing else asks for count. Measured: iodine 0.7 asks 17 to 22 times before it carries anything.',
  },
  names: {
    default: 15,
    unit: 'names',
    minimum: 5,
    maximum: 100_000,
    description:
      'New names without sense whose answers carry data (TXT, CNAME, MX, SRV, or data in the answers), from which it is a tunnel.',
    source:
      'dk-trace: 50 subdomains in 5 minutes with more than 10 TXT a minute; Kubeshark: 20 and more a burst. Fewer here, as their sense is judged, too: idle tunnels ask once a second (dnscat2) or every four (iodine).',
  },
  nameBits: {
    default: 36,
    unit: 'bits',
    minimum: 8,
    maximum: 2000,
    description: 'Mean information of a new name: how unlikely its new labels are among names that people choose.',
    source:
      'Paxson et al. 2013 (USENIX Security) bound what names can carry instead of their number. Measured: pings of iodine 40 to 44, of dns2tcp 47 to 73, what carries data 260 to 1,900.',
  },
  bitsPerCharacter: {
    default: 5,
    unit: 'bits',
    minimum: 3,
    maximum: 8,
    description: 'The same for each character: below it the names are words.',
    source:
      'Measured: a million names of packages 4.0 on average, 99 % below 5.3; pings of iodine 5.2, what carries data 6.5 to 7.9.',
  },
  carrierShare: {
    default: 0.5,
    unit: 'share',
    minimum: 0.05,
    maximum: 1,
    description:
      'Share of the new names asked for as TXT, CNAME, MX, SRV or a rarer type, from which answers carry data.',
    source: 'Our choice: programs that look for hosts ask for A and AAAA.',
  },
  answerBytes: {
    default: 12,
    unit: 'bytes',
    minimum: 4,
    maximum: 1000,
    description: 'The same for new data in the answers to each new name, whatever type was asked for.',
    source: 'Our choice: iodine answers an A with a CNAME of 20 bytes and more; a CDN answers with the same few names.',
  },
  upstreamBytes: {
    default: 8192,
    unit: 'bytes',
    minimum: 256,
    maximum: 100_000_000,
    description:
      'Information in new long names within the window, from which it is a leak even where answers carry nothing.',
    source:
      'Paxson et al. 2013: 4 kB a day and domain are worth a look. More here, as nobody looks through a list first.',
  },
  upstreamLabelBytes: {
    default: 30,
    unit: 'bytes',
    minimum: 8,
    maximum: 250,
    description: 'Mean length of what is new in such a name.',
    source: 'mydnstunnel: labels above 30.',
  },
  quietMs: {
    default: 120_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'Time without a new name after which a tunnel is over.',
    source: 'Our choice: idle tunnels ask every 1 (dnscat2) to 50 seconds (iodine behind a slow resolver).',
  },
} as const satisfies ParameterTable;

export type DnsTunnelParameters = ParameterValues<typeof dnsTunnelParameters>;
