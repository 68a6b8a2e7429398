import { readFileSync } from 'node:fs';
import { canonicalZone } from './canonical-zone.ts';

const RESOLV_CONF = '/etc/resolv.conf';

/**
 * Domains that the resolver of this host puts behind names that it is asked for (resolv.conf(5): the last `search` or `domain`
 * line counts), in lower case. In a pod of the host's network they are the node's and the cluster's. Empty where there is no
 * such file.
 */
export function searchDomains(read: () => string = () => readFileSync(RESOLV_CONF, 'utf8')): readonly string[] {
  let domains: readonly string[] = [];
  for (const line of contents(read).split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') domains = values;
  }
  // A single label would be a whole top-level domain.
  return domains.map(canonicalZone).filter((domain) => domain.includes('.'));
}

function contents(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
