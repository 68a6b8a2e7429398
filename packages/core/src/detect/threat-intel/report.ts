import type { Finding, Mitre } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { IntelHit } from '../../intel/intel.ts';
import type { ListedContact } from './listed-contact.ts';
import type { ListedVisitors } from './listed-visitors.ts';
import type { ThreatIntelParameters } from './parameters.ts';
import { SEEN_AS } from './sighting.ts';

export const THREAT_INTEL_MITRE: readonly Mitre[] = [{ tactic: 'command-and-control', technique: 'T1071' }];

/** Other entries that one finding names. */
const MOST_NAMED = 8;

/** Of contacts that make one alert, the gravest first. Moves the reported count on. */
export function contactFinding(contacts: readonly ListedContact[], p: ThreatIntelParameters): Finding {
  const [main, ...others] = contacts;
  if (main === undefined) throw new Error('no contact');
  const { hit, of, value, way } = main.first;
  const source = endpointName(main.source);
  const established = contacts.some((contact) => contact.established);
  const count = contacts.reduce((sum, contact) => sum + contact.unreported, 0);
  for (const contact of contacts) contact.unreported = 0;
  const sees = way === 'own' ? 'serves the certificate or fingerprint of' : SEEN_AS[of];
  const tried = of === 'connection' && !established ? 'tries to connect to' : sees;
  return {
    rule: 'threat-intel',
    category: 'malware',
    severity: main.severity,
    confidence: established ? 0.9 : 0.75,
    title: `${source} ${tried} ${what(main)} (${hit.category}, list ${hit.list})`,
    description:
      `${source} ${tried} ${value}, which list ${hit.list} names as ${hit.category} by the entry ${hit.entry}.` +
      (main.comm === '' ? '' : ` The program is ${main.comm}.`),
    source: main.source,
    target: main.target,
    sinceMs: Math.min(...contacts.map(({ sinceMs }) => sinceMs)),
    count,
    evidence: {
      observed: contacts.reduce((sum, contact) => sum + contact.contacts, 0),
      threshold: p.contacts,
      unit: 'contacts',
      windowMs: p.quietMs,
      seenAs: of,
      value,
      established,
      ...ofHit(hit),
      ...(main.comm === '' ? undefined : { comm: main.comm }),
      ...(others.length === 0
        ? undefined
        : { alsoListed: others.slice(0, MOST_NAMED).map(({ first }) => ofHit(first.hit)) }),
    },
    mitre: THREAT_INTEL_MITRE,
    suggestion:
      `Find out which program in ${source} does it, and look at the reference. If it is malware, cut the workload off with a ` +
      `NetworkPolicy and keep the pod for examination; if the list is wrong, add ${hit.entry} to intel.allow.`,
  };
}

/** Listed sources that reached a workload. */
export function visitorsFinding(visitors: ListedVisitors, p: ThreatIntelParameters): Finding {
  const { distinct, top, lists, first } = visitors;
  const target = endpointName(visitors.target);
  const count = visitors.unreported;
  visitors.unreported = 0;
  const who = distinct === 1 ? 'A listed source' : `${distinct} listed sources`;
  return {
    rule: 'threat-intel',
    category: 'malware',
    severity: 'low',
    confidence: 0.4,
    title: `${who} outside reached ${target} (${lists.join(', ')})`,
    description: `${who} outside the cluster reached ${target}. Whoever serves the Internet is found by such sources; it is a reason to look at what they were answered.`,
    source: null,
    sources: { distinctEstimate: distinct, top },
    target: visitors.target,
    sinceMs: visitors.sinceMs,
    count,
    evidence: {
      observed: distinct,
      threshold: p.outsideSources,
      unit: 'sources',
      windowMs: p.quietMs,
      lists,
      ...ofHit(first),
    },
    mitre: THREAT_INTEL_MITRE,
    suggestion: `Let ${target} be reached only by whom it is for (firewall, NetworkPolicy). Scanners by profession belong on a list of category known-scanner.`,
  };
}

function what({ target, first }: ListedContact): string {
  if (first.of === 'connection' || first.of === 'datagrams')
    return target === null ? first.value : endpointName(target);
  return first.value;
}

function ofHit({ list, category, entry, reference, expiresMs }: IntelHit): Readonly<Record<string, unknown>> {
  return {
    list,
    listCategory: category,
    entry,
    ...(reference === undefined ? undefined : { reference }),
    ...(expiresMs === undefined ? undefined : { expiresMs }),
  };
}
