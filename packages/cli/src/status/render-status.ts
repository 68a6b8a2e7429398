import type { HubbleStatus, StatusResponse } from '../client/api-types.ts';
import { fit, wrap } from '../text/display-width.ts';
import { formatDuration } from '../text/duration.ts';
import type { Palette } from '../text/palette.ts';
import { formatBytes, formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { table } from '../text/table.ts';

const LABEL = 16;

/** The state of a running NetGuard on one screen: well or not first, then the facts, then programs and maps. */
export function renderStatus(status: StatusResponse, url: string, palette: Palette): string[] {
  const lines: string[] = [];
  const row = (name: string, value: string): void => void lines.push(`  ${palette.dim(fit(name, LABEL))} ${value}`);
  lines.push(`${headline(status, palette)}  ${palette.dim(url)}`, '');
  row('Version', `${safeText(status.version)}, up ${formatDuration(status.uptimeSeconds * 1000)}`);
  row('Node', `${safeText(status.node)} (cluster ${safeText(status.cluster)}), Linux ${safeText(status.kernel)}`);
  row('Watching', watching(status));
  row('Connections', `${formatExact(status.liveConnections)} open now`);
  if (status.source.hubble !== undefined) hubbleRows(status.source.hubble, row, palette);
  else row('Older sockets', olderSockets(status, palette));
  row('Identities', identities(status));
  row('Alerts', status.alertsOpen > 0 ? palette.red(`${formatExact(status.alertsOpen)} open`) : 'none open');
  row('Learning', learning(status));
  row('Payload', payload(status));
  if (status.rules !== null) row('Rules', rules(status.rules));
  row('Lost events', lost(status, palette));
  if (status.source.unavailableDetectors.length > 0)
    row('Unavailable', status.source.unavailableDetectors.map(({ id }) => safeText(id)).join(', '));
  row(
    'Configuration',
    status.configReloadSuccessful
      ? 'in force'
      : palette.red('the last change was refused; the one before it is in force'),
  );
  if (status.degraded.length > 0) {
    lines.push('', palette.yellow('  Less than it could be:'));
    for (const sentence of status.degraded) {
      const [first = '', ...rest] = wrap(safeText(sentence), 96);
      lines.push(`  • ${first}`, ...rest.map((line) => `    ${line}`));
    }
  }
  if (status.programs.length > 0) lines.push('', ...programTable(status, palette));
  if (status.maps.length > 0) lines.push('', ...mapTable(status, palette));
  return lines;
}

function headline(status: StatusResponse, palette: Palette): string {
  if (!status.ready) return palette.red(palette.bold('NetGuard is not ready'));
  if (status.degraded.length > 0) return palette.yellow(palette.bold('NetGuard is watching, degraded'));
  return palette.green(palette.bold('NetGuard is watching'));
}

function watching({ wholeHost, cgroupRoot, source }: StatusResponse): string {
  if (source.hubble !== undefined) return `the flows of the Hubble relay at ${safeText(source.hubble.address)}`;
  return wholeHost ? 'the whole host' : `only the subtree ${safeText(cgroupRoot)}`;
}

function olderSockets({ preexistingSockets }: StatusResponse, palette: Palette): string {
  if (preexistingSockets === 'full') return 'all known';
  return palette.yellow('partly known: those that moved since the start');
}

function hubbleRows(
  { isConnected, since, version, flows, flowsPerSecond, reconnects }: HubbleStatus,
  row: (name: string, value: string) => void,
  palette: Palette,
): void {
  const what = version === '' ? '' : ` (${safeText(version)})`;
  const state = isConnected ? `connected since ${safeText(since)}${what}` : `not connected since ${safeText(since)}`;
  row('Relay', isConnected ? state : palette.red(state));
  const again = reconnects > 0 ? `, ${formatExact(reconnects)} reconnects` : '';
  row('Flows', `${formatExact(flows)}, ${flowsPerSecond.toFixed(1)} a second now${again}`);
}

function identities(status: StatusResponse): string {
  const unresolved =
    status.unresolvedEndpoints > 0 ? `, ${formatExact(status.unresolvedEndpoints)} endpoints without a name` : '';
  if (status.identityAgeSeconds === null) {
    const from = status.source.kind === 'hubble' ? 'the flows' : 'cgroups and processes';
    return `from ${from} only${unresolved}`;
  }
  return `${formatDuration(status.identityAgeSeconds * 1000)} old${unresolved}`;
}

function learning({ learning }: StatusResponse): string {
  const { workloads, learned, progress } = learning;
  if (workloads === 0) return 'nothing seen yet';
  const of = `${formatExact(learned)} of ${formatExact(workloads)} workloads learned`;
  return learned === workloads ? of : `${of}, ${Math.floor(progress * 100)} % of the way in all`;
}

function payload({ payload, lostEvents }: StatusResponse): string {
  if (payload.mode === 'off') return 'not looked into (payload.mode: off)';
  const excluded = payload.excluded + payload.unnamed;
  const tooMany = lostEvents.payload_rate ?? 0;
  const parts = [`${payload.mode}, ${formatExact(payload.inspected)} samples`];
  if (excluded > 0) parts.push(`${formatExact(excluded)} excluded`);
  if (tooMany > 0) parts.push(`${formatExact(tooMany)} beyond payload.samplesPerSecond`);
  return parts.join(', ');
}

function rules({ loaded, refused, engine, loadedAt, compileMs }: NonNullable<StatusResponse['rules']>): string {
  const counts = `${formatExact(loaded)} loaded${refused > 0 ? `, ${formatExact(refused)} refused` : ''}`;
  return `${counts}, by ${safeText(engine)} (${safeText(loadedAt)}, ${formatExact(compileMs)} ms)`;
}

function lost(status: StatusResponse, palette: Palette): string {
  const entries = Object.entries(status.lostEvents).filter(([source, count]) => count > 0 && source !== 'payload_rate');
  if (entries.length === 0) return 'none';
  return palette.yellow(entries.map(([source, count]) => `${formatExact(count)} in ${safeText(source)}`).join(', '));
}

function programTable({ programs }: StatusResponse, palette: Palette): string[] {
  const timed = programs.some((program) => program.runs !== undefined);
  return table(
    [
      { title: 'PROGRAM', value: (program) => program.name },
      {
        title: 'STATE',
        value: (program) => (program.attached ? 'attached' : 'not attached'),
        paint: (cell, program) => (program.attached ? cell : palette.yellow(cell)),
      },
      ...(timed
        ? [
            {
              title: 'RUNS',
              align: 'right' as const,
              value: ({ runs }: Program) => (runs === undefined ? '–' : formatExact(runs)),
            },
            {
              title: 'NS/RUN',
              align: 'right' as const,
              value: ({ runs, seconds }: Program) =>
                runs && seconds !== undefined ? ((seconds / runs) * 1e9).toFixed(0) : '–',
            },
          ]
        : []),
      ...(programs.some((program) => program.reason)
        ? [{ title: 'WHY', value: (program: Program) => program.reason ?? '' }]
        : []),
    ],
    programs,
  );
}

type Program = StatusResponse['programs'][number];

function mapTable({ maps }: StatusResponse, palette: Palette): string[] {
  return table(
    [
      { title: 'MAP', value: (map) => map.name },
      { title: 'ENTRIES', align: 'right', value: (map) => formatExact(map.entries) },
      { title: 'CAPACITY', align: 'right', value: (map) => formatExact(map.capacity) },
      {
        title: 'FULL',
        align: 'right',
        value: (map) => (map.capacity > 0 ? `${Math.round((map.entries / map.capacity) * 100)} %` : '–'),
        paint: (cell, map) => (map.capacity > 0 && map.entries / map.capacity > 0.9 ? palette.red(cell) : cell),
      },
      { title: 'MEMORY', align: 'right', value: (map) => formatBytes(map.bytes) },
    ],
    maps,
  );
}
