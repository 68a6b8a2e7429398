/** The four kinds of panels that NetGuard's dashboards are made of, in one look: the same sizes, legends and colours. */
import { PanelBuilder as BarGaugePanel } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE } from './variables.ts';

/** Of 24 columns, so that two graphs, four or six numbers, or one table fill a line. */
const WIDTH = { stat: 4, graph: 12 } as const;
const HEIGHT = { stat: 4, graph: 8, table: 10 } as const;

export interface Query {
  readonly expr: string;
  readonly legend: string;
  /** Shows single samples that Prometheus kept beside the line. */
  readonly exemplars?: true;
}

/** Lower bound → colour, ascending; below the first it is green. */
export type Limits = readonly (readonly [from: number, color: 'green' | 'yellow' | 'orange' | 'red'])[];

interface Spec {
  readonly title: string;
  /** What the panel answers, and how its numbers are meant. */
  readonly description: string;
  /** A unit of Grafana. */
  readonly unit: string;
  readonly limits?: Limits;
  readonly width?: number;
}

export interface PanelInRow {
  build(): Panel;
  id(id: number): unknown;
}

function thresholds(limits: Limits): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: 'green' }, ...limits.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

const REF_IDS = 'ABCDEFGH';

function rangeQueries(queries: readonly Query[]): DataqueryBuilder[] {
  return queries.map(({ expr, legend, exemplars = false }, index) =>
    new DataqueryBuilder()
      .refId(REF_IDS.charAt(index))
      .datasource(DATASOURCE)
      .expr(expr)
      .legendFormat(legend)
      .exemplar(exemplars)
      .range(),
  );
}

function instantQuery({ expr, legend }: Query): DataqueryBuilder {
  return new DataqueryBuilder().refId('A').datasource(DATASOURCE).expr(expr).legendFormat(legend).instant();
}

/** One number now, with its course behind it. */
export function stat(
  spec: Spec & { readonly query: Query; readonly mappings?: ValueMapping[]; readonly decimals?: number },
): PanelInRow {
  const panel = new StatPanel()
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .span(spec.width ?? WIDTH.stat)
    .height(HEIGHT.stat)
    .unit(spec.unit)
    .targets(rangeQueries([spec.query]))
    .noValue('–')
    .thresholds(thresholds(spec.limits ?? []))
    .colorMode(spec.limits ? BigValueColorMode.Value : BigValueColorMode.None)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  if (spec.mappings) panel.mappings(spec.mappings).graphMode(BigValueGraphMode.None);
  return spec.decimals === undefined ? panel : panel.decimals(spec.decimals);
}

/** Lines over time; `stacked` where the sum means something. Limits are drawn as dashed lines. */
export function graph(
  spec: Spec & { readonly queries: readonly Query[]; readonly stacked?: boolean; readonly max?: number },
): PanelInRow {
  const panel = new TimeSeriesPanel()
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .span(spec.width ?? WIDTH.graph)
    .height(HEIGHT.graph)
    .unit(spec.unit)
    .min(0)
    .targets(rangeQueries(spec.queries))
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(spec.stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Right)
        .calcs(['mean', 'max'])
        .sortBy('Mean')
        .sortDesc(true)
        .width(280),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .thresholds(thresholds(spec.limits ?? []))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        spec.limits ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    );
  return spec.max === undefined ? panel : panel.max(spec.max);
}

/** The greatest now, longest bar first. */
export function bars(spec: Spec & { readonly query: Query }): PanelInRow {
  return new BarGaugePanel()
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .span(spec.width ?? WIDTH.graph)
    .height(HEIGHT.graph)
    .unit(spec.unit)
    .min(0)
    .withTarget(instantQuery(spec.query))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Gradient)
    .valueMode(BarGaugeValueMode.Text)
    .namePlacement(BarGaugeNamePlacement.Left)
    .showUnfilled(false)
    .thresholds(thresholds(spec.limits ?? []))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorScheme(
      new FieldColorBuilder().mode(spec.limits ? FieldColorModeId.Thresholds : FieldColorModeId.ContinuousBlPu),
    );
}

export interface Column {
  readonly label: string;
  readonly title: string;
  /** Where a click on the cell leads: a dashboard, told this cell's value as the named variables. */
  readonly link?: { readonly uid: string; readonly variables: Readonly<Record<string, string>> };
}

/** An instant query by its labels, greatest first. Columns stand in the order given; `value` is the title of the number. */
export function table(
  spec: Spec & { readonly expr: string; readonly columns: readonly Column[]; readonly value: string },
): PanelInRow {
  const shown = [...spec.columns.map(({ label }) => label), 'Value'];
  const titles = [...spec.columns.map(({ title }) => title), spec.value];
  const panel = new TablePanel()
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .span(spec.width ?? 24)
    .height(HEIGHT.table)
    .withTarget(instantQuery({ expr: spec.expr, legend: '' }).format(PromQueryFormat.Table))
    .noValue('–')
    .thresholds(thresholds(spec.limits ?? []))
    .sortBy([new TableSortByFieldStateBuilder().displayName(spec.value).desc(true)])
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(shown.map((label, index) => [label, index])),
        renameByName: Object.fromEntries(shown.map((label, index) => [label, titles[index]])),
      },
    })
    .overrideByName(spec.value, [
      { id: 'unit', value: spec.unit },
      { id: 'custom.width', value: 140 },
    ]);
  for (const { title, link } of spec.columns) {
    if (link) panel.overrideByName(title, [{ id: 'links', value: [dataLink(title, link.uid, link.variables)] }]);
  }
  return panel;
}

/** A link that carries the data source, the time range and what was clicked on. */
function dataLink(title: string, uid: string, variables: Readonly<Record<string, string>>) {
  const told = Object.entries(variables).map(([name, value]) => `&var-${name}=${value}`);
  const url = `/d/${uid}?\${datasource:queryparam}&\${__url_time_range}${told.join('')}`;
  return { title: `${title}: details`, url };
}

/** The other dashboards of NetGuard, with the variables and the time of this one. */
export function siblings(): Builder<ReturnType<DashboardLinkBuilder['build']>> {
  return new DashboardLinkBuilder('NetGuard')
    .type(DashboardLinkType.Dashboards)
    .tags(['netguard'])
    .asDropdown(false)
    .includeVars(true)
    .keepTime(true);
}
