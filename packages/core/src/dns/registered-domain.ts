import { parse } from 'tldts';

/** A name in two: what somebody registered, and what they put in front of it. */
export interface SplitName {
  /** `example.co.uk`: one label more than the public suffix. */
  readonly domain: string;
  /** `a.b` of `a.b.example.co.uk`; empty for the domain itself. */
  readonly subdomain: string;
  /** `example`. */
  readonly label: string;
  /** The suffix is one of the Internet's; else the last label was taken for one. */
  readonly isPublic: boolean;
}

/* Only suffixes of registries (ICANN's part of the list): with the private part each host of a CDN would be a domain. */
const OPTIONS = {
  allowPrivateDomains: false,
  detectIp: false,
  extractHostname: false,
  validateHostname: false,
  mixedInputs: false,
} as const;

/** Undefined for a single label, a public suffix itself, and the empty name. `name` is lower case and has no last dot. */
export function splitName(name: string): SplitName | undefined {
  const { domain, subdomain, domainWithoutSuffix, isIcann } = parse(name, OPTIONS);
  if (domain === null || subdomain === null) return undefined;
  return { domain, subdomain, label: domainWithoutSuffix ?? '', isPublic: isIcann === true };
}
