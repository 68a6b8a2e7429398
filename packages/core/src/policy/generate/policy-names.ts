import type { PodUnit } from './pod-units.ts';

const LONGEST = 253;

/** A name for each unit's policy, unique in its namespace, that the API server takes: `netguard-web`. */
export function policyNames(units: readonly PodUnit[]): ReadonlyMap<PodUnit, string> {
  const names = new Map<PodUnit, string>();
  const taken = new Set<string>();
  for (const unit of units) {
    const [, kind = '', workload = ''] = unit.id.split('/');
    const options = [workload, `${workload}-${kind}`];
    for (let number = 0; ; number++) {
      const name = withSuffix(options[Math.min(number, 1)] ?? '', number > 1 ? `-${number}` : '');
      const key = `${unit.namespace}/${name}`;
      if (taken.has(key)) continue;
      taken.add(key);
      names.set(unit, name);
      break;
    }
  }
  return names;
}

function withSuffix(text: string, suffix: string): string {
  const plain = `netguard-${text}`
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/-+$/, '');
  return `${plain.slice(0, LONGEST - suffix.length).replace(/-+$/, '')}${suffix}`;
}
