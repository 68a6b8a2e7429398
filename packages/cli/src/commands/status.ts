import { Command } from 'commander';
import type { ServerOptions } from '../client/server-address.ts';
import { interruptible } from '../failure/interruptible.ts';
import { palette, wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';
import { connect, withServerOptions } from './server-options.ts';

/** `netguard status`: exit status 1 while the process is not ready. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('how a running NetGuard does: what it watches, what it lost, what works less well')
    .addOption(outputOption())
    .action((options: ServerOptions & { output: TableOrJson }) =>
      interruptible(async (signal) => {
        const client = await connect(options, signal);
        const status = await client.status(signal);
        if (!status.ready) process.exitCode = 1;
        if (options.output === 'json') return writeOut(`${safeJson(status, 2)}\n`);
        const { renderStatus } = await import('../status/render-status.ts');
        const colours = palette({ colour: wantsColour(process.stdout, process.env) });
        return writeOut(`${renderStatus(status, client.url.origin, colours).join('\n')}\n`);
      }),
    );
  return withServerOptions(command);
}
