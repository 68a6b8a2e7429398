import type { IntelHit } from '../../intel/intel.ts';

/** How something listed was seen. */
export type SightingOf =
  | 'connection'
  | 'datagrams'
  | 'dns-query'
  | 'dns-answer'
  | 'server-name'
  | 'http-host'
  | 'http-url'
  | 'ja3'
  | 'ja3s'
  | 'ja4'
  | 'hassh'
  | 'hassh-server'
  | 'certificate';

export interface Sighting {
  readonly hit: IntelHit;
  readonly of: SightingOf;
  /** What was seen: an address, the name asked for, the URL, a hash. */
  readonly value: string;
  /** Whose doing it is: the watched end called out (`out`), somebody called it (`in`), or it serves what is listed (`own`). */
  readonly way: 'out' | 'in' | 'own';
  /** The listed name that stands for the other end, where no address does. */
  readonly domain?: string;
  readonly established: boolean;
}

/** The host of a hit on a domain or URL, without signs of scope, port and path. */
export function hostOf(entry: string): string {
  return entry.replace(/^\*?\./, '').replace(/[:/].*$/, '');
}

/** As a person says it. */
export const SEEN_AS: Readonly<Record<SightingOf, string>> = {
  connection: 'connects to',
  datagrams: 'sends to',
  'dns-query': 'asks DNS for',
  'dns-answer': 'was led by DNS to',
  'server-name': 'opens TLS to',
  'http-host': 'sends HTTP requests to',
  'http-url': 'requests',
  ja3: 'has the TLS fingerprint of',
  ja3s: 'talks to a server with the TLS fingerprint of',
  ja4: 'has the TLS fingerprint of',
  hassh: 'has the SSH fingerprint of',
  'hassh-server': 'talks to a server with the SSH fingerprint of',
  certificate: 'talks to a server with the certificate of',
};
