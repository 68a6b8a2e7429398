import type { Inspection } from '../inspection.ts';
import type { CompiledRule } from './compiled-rule.ts';

/** Ranges of ports up to this many ports are listed port by port. */
const LISTED_PORTS = 64;

/** Rules without a pattern to look for, by the protocol or the port that a sample must have. */
export class UnfilteredRules {
  readonly #byApplication = new Map<string, CompiledRule[]>();
  readonly #byDestinationPort = new Map<number, CompiledRule[]>();
  readonly #bySourcePort = new Map<number, CompiledRule[]>();
  readonly #others: CompiledRule[] = [];

  constructor(rules: readonly CompiledRule[]) {
    for (const rule of rules) this.#add(rule);
  }

  select({ protocols, source, destination }: Inspection, found: (rules: readonly CompiledRule[]) => void): void {
    if (this.#others.length > 0) found(this.#others);
    if (this.#byApplication.size > 0) {
      for (const protocol of protocols) tell(this.#byApplication.get(protocol), found);
    }
    tell(this.#byDestinationPort.get(destination.port), found);
    tell(this.#bySourcePort.get(source.port), found);
  }

  #add(rule: CompiledRule): void {
    const { application } = rule.protocol;
    if (application !== undefined) {
      for (const name of application) append(this.#byApplication, name, rule);
      return;
    }
    const destination = rule.isBothWays ? undefined : portsOf(rule.destinationPorts.ranges);
    const source = rule.isBothWays ? undefined : portsOf(rule.sourcePorts.ranges);
    if (destination !== undefined) for (const port of destination) append(this.#byDestinationPort, port, rule);
    else if (source !== undefined) for (const port of source) append(this.#bySourcePort, port, rule);
    else this.#others.push(rule);
  }
}

function portsOf(ranges: readonly (readonly [first: number, last: number])[]): number[] | undefined {
  const count = ranges.reduce((total, [first, last]) => total + last - first + 1, 0);
  if (count > LISTED_PORTS) return undefined;
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function append<Key>(map: Map<Key, CompiledRule[]>, key: Key, rule: CompiledRule): void {
  const rules = map.get(key);
  if (rules === undefined) map.set(key, [rule]);
  else rules.push(rule);
}

function tell(rules: readonly CompiledRule[] | undefined, found: (rules: readonly CompiledRule[]) => void): void {
  if (rules !== undefined) found(rules);
}
