import type { Severity } from './alert.ts';

const ORDER: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

/** Negative, zero or positive as `a` is milder than, equal to or graver than `b`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return ORDER.indexOf(a) - ORDER.indexOf(b);
}

export function graver(a: Severity, b: Severity): Severity {
  return compareSeverity(a, b) >= 0 ? a : b;
}
