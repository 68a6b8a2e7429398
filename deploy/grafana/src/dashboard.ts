import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type PanelInRow, siblings } from './panels.ts';
import { openedLately } from './promql.ts';
import { DATASOURCE, datasourceVariable, type VariableName, variable } from './variables.ts';

export interface Row {
  readonly title: string;
  readonly panels: readonly PanelInRow[];
}

export interface DashboardSpec {
  readonly uid: `netguard-${string}`;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableName[];
  readonly rows: readonly Row[];
}

/** A dashboard in the house's look: rows of panels, links to the others, a mark where an alert opened. */
export function netguardDashboard({ uid, title, description, variables, rows }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(`NetGuard / ${title}`)
    .uid(uid)
    .description(description)
    .tags(['netguard'])
    .editable()
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(datasourceVariable())
    .annotation(openings(variables.includes('namespace') ? 'namespace=~"$namespace"' : ''))
    .link(siblings());
  for (const name of variables) builder.withVariable(variable(name));
  let id = 0;
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(++id));
    for (const panel of row.panels) {
      panel.id(++id);
      builder.withPanel(panel);
    }
  }
  return unplaced(builder.build());
}

/** Without the library's default of putting links and annotations away into a menu: they stand above the panels. */
function unplaced(dashboard: Dashboard): Dashboard {
  for (const link of dashboard.links ?? []) delete link.placement;
  for (const annotation of dashboard.annotations?.list ?? []) delete annotation.placement;
  return dashboard;
}

/** What the alerts' own severity is shown by, is told in the text: Grafana has one colour an annotation. */
function openings(filter: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts opened')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .expr(openedLately(filter))
    .step('60s')
    .titleFormat('{{rule}}')
    .textFormat('{{severity}}, namespace {{namespace}}')
    .tagKeys('rule,severity,namespace');
}

/** Every panel that shows something, in the order of the page. */
export function panelsOf({ panels = [] }: Dashboard): Panel[] {
  return panels.filter((panel): panel is Panel => !isRow(panel));
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row';
}
