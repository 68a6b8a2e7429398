import { Command } from 'commander';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';
import { refuseStray } from './stray-argument.ts';

type Filter = { readonly namespace?: string; readonly workload?: string };
type Options = ServerOptions & Filter;

/** `netguard baseline show|export|import|reset`. */
export function baselineCommand(): Command {
  return new Command('baseline')
    .description('what was learned of each workload: show, export, import, reset')
    .addCommand(showCommand(), { isDefault: true })
    .addCommand(exportCommand())
    .addCommand(importCommand())
    .addCommand(resetCommand())
    .addHelpText(
      'after',
      `
A workload is learned once it was watched for learning.seconds (24 hours unless configured); a Job after three runs.
Until then what needs to know the usual tells nothing of it, or only what is overwhelming.

Examples:
  $ netguard baseline                                   how far each workload has come
  $ netguard baseline show --workload deployment/web    what it is used to, and whom it talks to
  $ netguard baseline export > baselines.json
  $ netguard baseline import --merge other-node.json
  $ netguard baseline reset -n shop --workload web      it learns anew`,
    );
}

function withFilter(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'only workloads of this namespace')
    .option('--workload <name>', 'only this one: web, deployment/web or shop/Deployment/web');
}

function showCommand(): Command {
  const command = withFilter(new Command('show'))
    .description('the workloads, and of a single one all that is known')
    .addOption(outputOption('table for people, json for programs (one workload a line)'))
    .allowExcessArguments(true)
    .action(async (options: Options & { output: TableOrJson }, self: Command) => {
      await refuseStray(self);
      await interruptible((signal) => show(options, signal));
    });
  return withServerOptions(command);
}

async function show(options: Options & { readonly output: TableOrJson }, signal: AbortSignal): Promise<void> {
  const client = await connect(options, signal);
  const { allBaselines } = await import('../baseline/all-baselines.ts');
  const baselines = await allBaselines(client, filterOf(options), signal);
  if (options.output === 'json') {
    for (const baseline of baselines) await writeOut(`${safeJson(baseline)}\n`);
    return;
  }
  const { baselineCard, baselineTable } = await import('../baseline/baseline-views.ts');
  const colours = palette({ colour: wantsColour(process.stdout, process.env) });
  const [first, second] = baselines;
  if (first === undefined) return writeOut(`nothing is learned${isAll(options) ? ' yet' : ' of such a workload'}\n`);
  const lines =
    options.workload !== undefined && second === undefined
      ? baselineCard(first, colours, Date.now())
      : baselineTable(baselines, colours, Date.now());
  return writeOut(`${lines.join('\n')}\n`);
}

function exportCommand(): Command {
  const command = withFilter(new Command('export'))
    .description('write what was learned, as JSON, to keep it or to import it elsewhere')
    .option('-f, --file <file>', 'into this file; standard output unless set')
    .action((options: Options & { file?: string }) =>
      interruptible(async (signal) => {
        const client = await connect(options, signal);
        const { exportBaselines } = await import('../baseline/baseline-file.ts');
        await exportBaselines(client, filterOf(options), options.file, signal);
      }),
    );
  return withServerOptions(command);
}

function importCommand(): Command {
  const command = new Command('import')
    .description('take over what was learned before or elsewhere')
    .argument('<file>', 'a file that `baseline export` wrote; - is standard input')
    .option('--merge', 'join it with what is known here; unless set it takes the place of it, workload by workload')
    .addOption(outputOption())
    .action((file: string, options: ServerOptions & { merge?: true; output: TableOrJson }) =>
      interruptible(async (signal) => {
        const { readBaselines } = await import('../baseline/baseline-file.ts');
        const body = await readBaselines(file);
        const client = await connect(options, signal);
        const how = options.merge ? 'merge' : 'replace';
        const answer = await client.post<Changed>(`/api/v1/baselines/import?how=${how}`, body, signal);
        const said = `${counted(answer)} ${options.merge ? 'merged with what was known' : 'taken over'}\n`;
        return writeOut(options.output === 'json' ? `${safeJson(answer)}\n` : said);
      }),
    );
  return withServerOptions(command);
}

function resetCommand(): Command {
  const command = withFilter(new Command('reset'))
    .description('forget what was learned: of all workloads, or of those that are named')
    .option('-y, --yes', 'do not ask before all is forgotten')
    .addOption(outputOption())
    .action((options: Options & { yes?: true; output: TableOrJson }) =>
      interruptible(async (signal) => {
        const client = await connect(options, signal);
        const { confirmed } = await import('../baseline/confirm.ts');
        const question = `Forget what was learned of all workloads at ${client.url.origin}, and learn anew?`;
        if (isAll(options) && !options.yes && !(await confirmed(question, 'forgetting all baselines', signal))) {
          return writeOut('nothing was changed\n');
        }
        const answer = await client.post<Changed>('/api/v1/baselines/reset', filterOf(options), signal);
        if (answer.workloads === 0 && !isAll(options)) process.exitCode = 1;
        return writeOut(options.output === 'json' ? `${safeJson(answer)}\n` : `${counted(answer)} forgotten\n`);
      }),
    );
  return withServerOptions(command);
}

interface Changed {
  readonly workloads: number;
}

function counted({ workloads }: Changed): string {
  return workloads === 1 ? '1 workload' : `${workloads === 0 ? 'no' : workloads} workloads`;
}

function filterOf({ namespace, workload }: Filter): Readonly<Record<string, string>> {
  return { ...(namespace !== undefined && { namespace }), ...(workload !== undefined && { workload }) };
}

function isAll({ namespace, workload }: Filter): boolean {
  return namespace === undefined && workload === undefined;
}
