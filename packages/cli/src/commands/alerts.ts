import { Command, Option } from 'commander';
import type { Query } from '../client/api-client.ts';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { parseTimePoint } from '../text/time-point.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';

interface ListOptions extends ServerOptions {
  readonly output: TableOrJson;
  readonly status: 'open' | 'resolved' | 'all';
  readonly severity?: string;
  readonly rule?: string;
  readonly namespace?: string;
  readonly since?: string;
}

/** `netguard alerts [list|show|explain]`. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('what looks like an attack: list, show one, explain one')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(oneCommand('show', 'everything known about one alert, on one screen'))
    .addCommand(oneCommand('explain', 'why an alert was raised, how sure that is, what to do and where to tune it'))
    .addHelpText(
      'after',
      `
Examples:
  $ netguard alerts                          what is open now, the worst first
  $ netguard alerts list --status all        also what is over
  $ netguard alerts explain 01J8             the first characters of an id are enough
  $ netguard alerts list -o json | jq .title`,
    );
}

function listCommand(): Command {
  const command = new Command('list')
    .description('the alerts, open ones and the worst first')
    .addOption(new Option('--status <status>', 'which ones').choices(['open', 'resolved', 'all']).default('open'))
    .addOption(new Option('--severity <severity>', 'only this severity').choices(['critical', 'high', 'medium', 'low']))
    .option('--rule <id>', 'only of this rule, such as syn-flood')
    .option('-n, --namespace <name>', 'only with source or target in this namespace')
    .option('--since <time>', 'only seen since then: 5m, 1h30m, or 2026-11-25T10:00:00Z')
    .addOption(outputOption('table for people, json for programs (one alert a line)'))
    .action((options: ListOptions) => interruptible((signal) => list(options, signal)));
  return withServerOptions(command);
}

async function list(options: ListOptions, signal: AbortSignal): Promise<void> {
  const nowMs = Date.now();
  const since = options.since === undefined ? undefined : parseTimePoint(options.since, '--since', nowMs);
  const client = await connect(options, signal);
  const query: Query = {
    status: options.status === 'all' ? undefined : options.status,
    severity: options.severity,
    rule: options.rule,
    namespace: options.namespace,
    since: since === undefined ? undefined : new Date(since).toISOString(),
  };
  const { alertTable, sortAlerts } = await import('../alerts/alert-list.ts');
  const alerts = sortAlerts(await client.all('alerts', query, signal));
  if (options.output === 'json') {
    for (const alert of alerts) await writeOut(`${safeJson(alert)}\n`);
  } else if (alerts.length === 0) {
    await writeOut(`no ${options.status === 'all' ? '' : `${options.status} `}alerts\n`);
  } else {
    const colours = palette({ colour: wantsColour(process.stdout, process.env) });
    await writeOut(`${alertTable(alerts, colours, nowMs).join('\n')}\n`);
  }
}

function oneCommand(name: 'show' | 'explain', description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument('<id>', 'the id of the alert, or its beginning')
    .addOption(outputOption())
    .action((id: string, options: ServerOptions & { output: TableOrJson }) =>
      interruptible((signal) => one(name, id, options, signal)),
    );
  return withServerOptions(command);
}

async function one(
  name: 'show' | 'explain',
  id: string,
  options: ServerOptions & { output: TableOrJson },
  signal: AbortSignal,
): Promise<void> {
  const client = await connect(options, signal);
  const { getAlert } = await import('../alerts/find-alert.ts');
  const alert = getAlert(await client.all('alerts', {}, signal), id);
  if (options.output === 'json') return writeOut(`${safeJson(alert, 2)}\n`);
  const colours = palette({ colour: wantsColour(process.stdout, process.env) });
  const width = process.stdout.columns ?? 100;
  if (name === 'show') {
    const { alertCard } = await import('../alerts/alert-card.ts');
    return writeOut(`${alertCard(alert, colours, width, Date.now()).join('\n')}\n`);
  }
  const { explainAlert } = await import('../alerts/explain-alert.ts');
  const { findDetector } = await import('../alerts/find-detector.ts');
  return writeOut(`${explainAlert(alert, await findDetector(alert.rule), colours, width).join('\n')}\n`);
}
