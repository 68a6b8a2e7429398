import type { Finding, Mitre } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { Asker, AskerSums } from './asker.ts';
import type { DgaParameters } from './parameters.ts';

/** Dynamic resolution: domain generation algorithms. */
export const DGA_MITRE: readonly Mitre[] = [{ tactic: 'command-and-control', technique: 'T1568.002' }];

/** Moves the reported count on. */
export function dgaFinding(asker: Asker, sums: AskerSums, nowMs: number, p: DgaParameters): Finding {
  const count = asker.unreported;
  asker.unreported = 0;
  const source = endpointName(asker.client);
  const { resolved } = asker;
  const met = resolved !== undefined && nowMs - resolved.timeMs <= p.windowMs ? resolved.domain : undefined;
  const minutes = Math.max(1, Math.round(p.windowMs / 60_000));
  return {
    rule: 'dga',
    category: 'malware',
    severity: met === undefined ? 'medium' : 'high',
    confidence: Math.min(
      0.85,
      0.5 + (0.2 * sums.generated) / (sums.generated + p.domains) + (met === undefined ? 0 : 0.2),
    ),
    title: `${source} asks for domains that a program makes up`,
    description:
      `${source} asked for ${sums.missing} domains that do not exist within ${minutes} minutes; ${sums.generated} of them have names that nobody would choose, such as ${asker.examples.at(-1)}. ` +
      (met === undefined
        ? 'Malware looks for its server like this, and has not found it.'
        : `One like them exists: ${met}. Malware looks for its server like this, and may have found it.`),
    source: asker.client,
    target: asker.server,
    sinceMs: asker.alarmSinceMs,
    count,
    evidence: {
      observed: sums.generated,
      threshold: p.domains,
      unit: 'domains',
      windowMs: p.windowMs,
      missingDomains: sums.missing,
      askedDomains: sums.asked,
      failedShare: Math.round((100 * sums.missing) / Math.max(1, sums.asked)) / 100,
      examples: asker.examples,
      ...(met === undefined ? undefined : { resolved: met }),
    },
    mitre: DGA_MITRE,
    suggestion:
      `Keep ${source} for inspection and look for the program that asks.` +
      (met === undefined ? '' : ` Let the resolver refuse ${met}, and see whom the pod talked to since.`),
  };
}
