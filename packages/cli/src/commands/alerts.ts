import { Argument, Command, Option } from 'commander';
import type { Query } from '../client/api-client.ts';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { parseTimePoint } from '../text/time-point.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';
import { refuseStray } from './stray-argument.ts';
import { userName } from './user-name.ts';

interface OneOptions extends ServerOptions {
  readonly output: TableOrJson;
}

interface ListOptions extends OneOptions {
  readonly status: 'open' | 'resolved' | 'all';
  readonly severity?: string;
  readonly rule?: string;
  readonly namespace?: string;
  readonly since?: string;
  readonly silenced?: true;
  readonly observed?: true;
}

/** `netguard alerts [list|show|explain|ack|close|pcap]`. */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('what looks like an attack: list, show, explain, acknowledge, close, fetch evidence')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(oneCommand('show', 'everything known about one alert, on one screen'))
    .addCommand(explainCommand('why an alert was raised, how sure that is, what to do and how to tune it'))
    .addCommand(ackCommand())
    .addCommand(closeCommand())
    .addCommand(pcapCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ netguard alerts                          what is open now, the worst first
  $ netguard alerts list --status all        also what is over
  $ netguard alerts list --observed          what detectors in mode observe would have alerted of
  $ netguard alerts explain 01J8             the first characters of an id are enough
  $ netguard alerts close 01J8 --disposition false-positive
  $ netguard alerts pcap 01J8 > alert.pcap   what was sampled of its traffic, for Wireshark
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
    .option('--silenced', 'only those that a silence holds back')
    .option('--observed', 'in place of alerts what detectors in mode observe saw; nobody was notified of it')
    .addOption(outputOption('table for people, json for programs (one alert a line)'))
    .allowExcessArguments(true)
    .action(async (options: ListOptions, self: Command) => {
      await refuseStray(self);
      await interruptible((signal) => list(options, signal));
    });
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
    suppressed: options.silenced ? 'true' : undefined,
    observed: options.observed ? 'true' : undefined,
  };
  const { alertTable, sortAlerts } = await import('../alerts/alert-list.ts');
  const alerts = sortAlerts(await client.all('alerts', query, signal));
  if (options.output === 'json') {
    for (const alert of alerts) await writeOut(`${safeJson(alert)}\n`);
  } else if (alerts.length === 0) {
    const which = options.status === 'all' ? '' : `${options.status} `;
    await writeOut(options.observed ? `nothing ${which}is observed\n` : `no ${which}alerts\n`);
  } else {
    await writeOut(`${alertTable(alerts, colours(), nowMs).join('\n')}\n`);
  }
}

function oneCommand(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument('<id>', 'the id of the alert, or its beginning')
    .addOption(outputOption())
    .action((id: string, options: OneOptions) => interruptible((signal) => show(id, options, signal)));
  return withServerOptions(command);
}

async function show(id: string, options: OneOptions, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { fetchAlert } = await import('../alerts/find-alert.ts');
  const alert = await fetchAlert(client, id, signal);
  if (options.output === 'json') return writeOut(`${safeJson(alert, 2)}\n`);
  const { alertCard } = await import('../alerts/alert-card.ts');
  return writeOut(`${alertCard(alert, colours(), columns(), Date.now()).join('\n')}\n`);
}

/** `explain ID`, of `alerts` and of `detectors`. */
export function explainCommand(description: string): Command {
  const command = new Command('explain')
    .description(description)
    .argument('<alert>', 'the id of the alert, or its beginning')
    .addOption(outputOption())
    .action((id: string, options: OneOptions) => interruptible((signal) => explain(id, options, signal)));
  return withServerOptions(command);
}

async function explain(id: string, options: OneOptions, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { fetchAlert } = await import('../alerts/find-alert.ts');
  const alert = await fetchAlert(client, id, signal);
  const { findDetector } = await import('../alerts/find-detector.ts');
  const detector = await findDetector(alert.rule, client, signal);
  const { tuningFor } = await import('../alerts/tuning.ts');
  if (options.output === 'json') {
    return writeOut(`${safeJson({ alert, detector: detector ?? null, tuning: tuningFor(alert, detector) }, 2)}\n`);
  }
  const { explainAlert } = await import('../alerts/explain-alert.ts');
  return writeOut(`${explainAlert(alert, detector, colours(), columns()).join('\n')}\n`);
}

function ackCommand(): Command {
  const command = new Command('ack')
    .description('say that somebody looks after an alert; it stays open')
    .argument('<ids...>', 'ids of alerts, or the beginnings')
    .option('--by <name>', 'who; you, unless set')
    .addOption(outputOption())
    .action((ids: string[], options: OneOptions & { by?: string }) =>
      interruptible(async (signal) => {
        const { changeAlerts } = await import('../alerts/change-alerts.ts');
        const client = await connect(options, signal);
        await changeAlerts(client, ids, { by: options.by ?? userName() }, options.output, colours(), signal);
      }),
    );
  return withServerOptions(command);
}

function closeCommand(): Command {
  const command = new Command('close')
    .description('end an alert with what it was; a false positive prints how to tune it away')
    .addArgument(new Argument('<ids...>', 'ids of alerts, or the beginnings'))
    .addOption(
      new Option('--disposition <what>', 'what it was')
        .choices(['true-positive', 'benign', 'false-positive'])
        .makeOptionMandatory(),
    )
    .option('--by <name>', 'who; you, unless set')
    .addOption(outputOption())
    .action((ids: string[], options: OneOptions & { by?: string; disposition: Disposition }) =>
      interruptible(async (signal) => {
        const { changeAlerts } = await import('../alerts/change-alerts.ts');
        const client = await connect(options, signal);
        const { by = userName(), disposition, output } = options;
        await changeAlerts(client, ids, { by, disposition }, output, colours(), signal);
      }),
    );
  return withServerOptions(command);
}

function pcapCommand(): Command {
  const command = new Command('pcap')
    .description('write what was sampled of an alert’s traffic to standard output, as a pcap file')
    .argument('<id>', 'the id of the alert, or its beginning')
    .action((id: string, options: ServerOptions) =>
      interruptible(async (signal) => {
        const { fetchPcap } = await import('../alerts/fetch-pcap.ts');
        await fetchPcap(() => connect(options, signal), id, signal);
      }),
    );
  return withServerOptions(command);
}

type Disposition = 'true-positive' | 'benign' | 'false-positive';

function colours() {
  return palette({ colour: wantsColour(process.stdout, process.env) });
}

function columns(): number {
  return process.stdout.columns ?? 100;
}
