/** Two metrics of a program may not have one name: what they count is not the same. */
import type { Problem } from '../../config/problem.ts';
import type { MapPlan } from './map-plan.ts';
import type { ProgramSpec } from './parse-spec.ts';

/** What each metric is made of, by its name. */
type Owners = Map<string, string>;

/** Metrics of maps, and of variables that the YAML names, that would have the name of another. */
export function sameMetrics(spec: ProgramSpec, plans: readonly MapPlan[]): Problem[] {
  const owners: Owners = new Map();
  return plans.flatMap((plan) => {
    const where = spec.locate(['maps', plan.map.name]);
    const { own, problems } = clashes(plan, owners);
    take(owners, own);
    return problems.map((message) => ({ where, message }));
  });
}

/**
 * Global variables that nobody asked metrics of give way where one of theirs would have the name of another metric: alerts may
 * still speak of them. Returns the plans in their order, and why each variable that gave way has no metrics.
 */
export function giveWay(
  spec: ProgramSpec,
  plans: readonly MapPlan[],
): { readonly plans: readonly MapPlan[]; readonly reasons: readonly string[] } {
  const owners: Owners = new Map();
  const yields = ({ map }: MapPlan): boolean => map.isVariable === true && !Object.hasOwn(spec.maps, map.name);
  for (const plan of plans) if (!yields(plan)) take(owners, clashes(plan, owners).own);
  const reasons: string[] = [];
  const kept = plans.map((plan) => {
    if (!yields(plan)) return plan;
    const { own, problems } = clashes(plan, owners);
    const [why] = problems;
    if (why === undefined) {
      take(owners, own);
      return plan;
    }
    reasons.push(`the variable ${plan.map.name} has no metrics: ${why}`);
    return { ...plan, spec: { ...plan.spec, export: false } };
  });
  return { plans: kept, reasons };
}

function take(owners: Owners, own: Owners): void {
  for (const [metric, name] of own) owners.set(metric, name);
}

/** The metrics of a map that no other is called as, and a text for each that is. */
function clashes(
  { map, families, spec }: MapPlan,
  owners: Owners,
): { readonly own: Owners; readonly problems: readonly string[] } {
  const own: Owners = new Map();
  const problems = (spec.export ? families : []).flatMap(({ metric, field }): string[] => {
    const name = `${map.name}.${field}`;
    const first = owners.get(metric) ?? own.get(metric);
    if (first === undefined) own.set(metric, name);
    return first === undefined ? [] : [`${name} and ${first} would both be ${metric}: name one of them with metric`];
  });
  return { own, problems };
}
