import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { panelsOf } from './dashboard.ts';

export interface Expression {
  /** Dashboard and panel, for a person. */
  readonly where: string;
  readonly expr: string;
}

/** Every PromQL expression of a dashboard: of panels and annotations. */
export function expressions(dashboard: Dashboard): Expression[] {
  const ofPanels = panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
    targets.map((target) => ({
      where: `${dashboard.title}: ${title}`,
      expr: (target as { readonly expr?: string }).expr ?? '',
    })),
  );
  const ofAnnotations = (dashboard.annotations?.list ?? []).map(({ name, expr }) => ({
    where: `${dashboard.title}: annotation ${name}`,
    expr: expr ?? '',
  }));
  return [...ofPanels, ...ofAnnotations];
}

export interface LabelQuery {
  readonly where: string;
  readonly selector: string;
  readonly label: string;
}

/** What the variables of a dashboard are filled from: `label_values(selector, label)`. */
export function labelQueries(dashboard: Dashboard): LabelQuery[] {
  return (dashboard.templating?.list ?? []).flatMap(({ name, definition }) => {
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition ?? '') ?? [];
    return selector && label ? [{ where: `${dashboard.title}: $${name}`, selector, label }] : [];
  });
}
