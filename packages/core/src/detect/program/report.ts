import type { Ends, Finding } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { ProgramObservation } from '../../observation.ts';
import type { Who } from '../detector.ts';
import type { Excess } from './excess.ts';

/** The least time that evidence may speak of: a value at a moment is as old as one reading of the maps. */
const READING_MS = 1000;

export function programFinding(excess: Excess): Finding {
  const { last } = excess;
  const { program, alert, labels, value, condition, title, cause } = last;
  const ends = endsOf(last, excess.who);
  const count = excess.unreported;
  excess.unreported = 0;
  const about = ends.source ?? ends.target;
  return {
    rule: 'program',
    category: 'anomaly',
    severity: condition.severity,
    confidence: 1,
    title,
    description:
      `${condition.expression} is ${rounded(value)}${unitText(condition.unit)} for ${labelsText(labels)}; the alert ${alert} of the ` +
      `program ${program} is on at ${condition.comparison} ${condition.on} and off when it is no longer ${condition.comparison} ${condition.off}.`,
    ...ends,
    cause: `${program}/${alert}\n${cause}`,
    sinceMs: excess.sinceMs,
    count,
    evidence: {
      observed: Math.max(0, value),
      threshold: condition.on,
      unit: condition.unit === '' ? 'value' : condition.unit,
      windowMs: Math.max(condition.windowMs, condition.forMs, READING_MS),
      // Of the program's YAML: no parameter of the detector is to be tuned for it, whatever its value.
      parameter: 'on',
      off: condition.off,
      expression: condition.expression,
      program,
      alert,
      labels,
    },
    mitre: [],
    suggestion:
      `See what ${about === null ? 'the program counts' : endpointName(about)} does: netguard programs show ${program}. ` +
      `If this is expected, change on, off or for of ${alert} in the program's YAML.`,
  };
}

function endsOf({ ends }: ProgramObservation, { local, remote }: Who): Ends {
  switch (ends) {
    case 'none':
      return { source: null, target: null };
    case 'source':
      return { source: local, target: null };
    case 'target':
      return { source: null, target: local };
    case 'both':
      return { source: local, target: remote };
  }
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? 'the whole map' : pairs.join(', ');
}

function unitText(unit: string): string {
  return unit === '' ? '' : ` ${unit}`;
}

/** Four digits are enough for a person; the evidence has all. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}
