/** The labels by which a selector can mean one workload's pods and nobody else's, also after the next rollout. */
import type { LabelRequirement, LabelSelector, Labels } from '../label-selector.ts';
import { labelOf, selects } from '../label-selector.ts';
import { isLasting } from '../passing-labels.ts';

export type Selected =
  | { readonly selector: LabelSelector; readonly alike?: never }
  | { readonly alike: Labels; readonly selector?: never };

/** What people name workloads by, in the order in which it is tried. */
const NAMES = [
  ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/component'],
  ['app'],
  ['k8s-app'],
] as const;
/** They change with every release. */
const RELEASES = new Set(['app.kubernetes.io/version', 'helm.sh/chart']);

/** Whether a value goes with a pod or a run: its name, for one. */
export type IsPassing = (value: string) => boolean;

/**
 * A selector that selects all of `own` and none of `others` (labels of pods of one namespace), or, where no selector can tell
 * them apart, one of `others` that it is about.
 */
export function stableSelector(own: readonly Labels[], others: readonly Labels[], isPassing: IsPassing): Selected {
  const common = commonLabels(own, isPassing);
  for (const matchLabels of candidates(common)) {
    const selector: LabelSelector = { matchLabels, matchExpressions: [] };
    if (!others.some((labels) => selects(selector, labels))) return { selector };
  }
  const matchLabels = Object.fromEntries(common);
  const near = others.filter((labels) => selects({ matchLabels, matchExpressions: [] }, labels));
  return without(matchLabels, own, near, isPassing);
}

/** Labels that all have with one value and that stay, in order of key. */
function commonLabels(
  [first = {}, ...rest]: readonly Labels[],
  isPassing: IsPassing,
): (readonly [key: string, value: string])[] {
  return Object.entries(first)
    .filter(
      ([key, value]) => isStable(key) && !isPassing(value) && rest.every((labels) => labelOf(labels, key) === value),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Sets of labels from the most telling to all. None of them is empty, unless there is nothing at all to select by. */
function* candidates(common: readonly (readonly [string, string])[]): Generator<Labels> {
  const named: [string, string][] = [];
  for (const keys of NAMES) {
    const found = common.filter(([key]) => (keys as readonly string[]).includes(key)) as [string, string][];
    named.push(...found);
    if (found.length > 0) yield Object.fromEntries(found);
  }
  if (named.length > 0) yield Object.fromEntries(named);
  for (const one of common) if (!named.some(([key]) => key === one[0])) yield Object.fromEntries([...named, one]);
  yield Object.fromEntries(common);
}

/** Excludes what is near by labels that only the others have, or by values that are only theirs. */
function without(matchLabels: Labels, own: readonly Labels[], near: readonly Labels[], isPassing: IsPassing): Selected {
  const absent = new Set<string>();
  const values = new Map<string, Set<string>>();
  for (const labels of near) {
    const known = [...values].some(([key, set]) => set.has(labelOf(labels, key) ?? '\0'));
    if (known || Object.keys(labels).some((key) => absent.has(key))) continue;
    const telling = Object.entries(labels)
      .filter(([key, value]) => isStable(key) && !isPassing(value))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .find(([key, value]) => own.every((mine) => labelOf(mine, key) !== value));
    if (telling === undefined) return { alike: labels };
    const [key, value] = telling;
    if (own.every((mine) => labelOf(mine, key) === undefined)) absent.add(key);
    else values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  const matchExpressions: LabelRequirement[] = [
    ...Array.from(absent, (key): LabelRequirement => ({ key, operator: 'DoesNotExist', values: [] })),
    ...Array.from(values, ([key, set]): LabelRequirement => ({ key, operator: 'NotIn', values: [...set].sort() })),
  ];
  matchExpressions.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { selector: { matchLabels, matchExpressions } };
}

function isStable(key: string): boolean {
  return isLasting(key) && !RELEASES.has(key);
}
