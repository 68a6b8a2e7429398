/** Which labels of an alert are somebody, and who. */
import { type Endpoint, nearestName } from '@netguard/core';
import type { EndNames } from './end-names.ts';
import type { LabelSet } from './expression/vector.ts';
import type { AlertSpec } from './spec-schema.ts';

type Labels = Readonly<Record<string, string>>;

export interface AlertEnd {
  readonly find: (labels: Labels) => Endpoint | undefined;
  /** Labels that are said by the endpoint, and do not tell causes apart beside it. */
  readonly said: readonly string[];
}

export interface AlertEnds {
  readonly source: AlertEnd | undefined;
  readonly target: AlertEnd | undefined;
}

const SOURCE = /^(s|src|source|client|from)(_|$|addr|ip)/;
const TARGET = /^(d|dst|dest|destination|target|server|to)(_|$|addr|ip)/;

/** As the alert says, else by the names of the labels; one end that no name tells of is the source. Throws an Error. */
export function alertEnds({ source, target }: AlertSpec, labels: LabelSet, names: EndNames): AlertEnds {
  const able = (labels ?? []).filter(({ role }) => role !== undefined);
  const named = (name: string): AlertEnd => {
    const label = able.find((one) => one.name === name);
    if (label !== undefined) return endOf(label, names);
    const nearest = nearestName(
      name,
      able.map((one) => one.name),
    );
    const known = able.map((one) => one.name).join(', ') || 'none';
    throw new Error(
      `${name} is no label that is an address or a cgroup, ${nearest ? `did you mean ${nearest}?` : `there are ${known}`}`,
    );
  };
  if (source !== undefined || target !== undefined) {
    return {
      source: source === undefined ? undefined : named(source),
      target: target === undefined ? undefined : named(target),
    };
  }
  const to = able.find(({ name }) => TARGET.test(name));
  const from = able.find(({ name }) => SOURCE.test(name)) ?? able.find((label) => !TARGET.test(label.name));
  return { source: from && endOf(from, names), target: to && endOf(to, names) };
}

function endOf({ name, role }: NonNullable<LabelSet>[number], names: EndNames): AlertEnd {
  if (role?.kind !== 'cgroup') {
    const find = ({ [name]: ip = '' }: Labels) => (/^[0-9a-f.:]+$/.test(ip) ? names.address(ip) : undefined);
    return { find, said: [name] };
  }
  const prefix = role.group.replace(/namespace$/, '');
  const [namespace, pod, container] = ['namespace', 'pod', 'container'].map((label) => `${prefix}${label}`) as [
    string,
    string,
    string,
  ];
  const find = (labels: Labels) => names.behind(labels[namespace] ?? '', labels[pod] ?? '', labels[container] ?? '');
  return { find, said: [namespace, pod] };
}
