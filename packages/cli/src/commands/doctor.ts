import { Command } from 'commander';
import type { ConfigFlags } from '../daemon/config-flags.ts';
import { wantsColour } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';

interface DoctorFlags extends ConfigFlags {
  readonly output: TableOrJson;
  readonly selfTest: boolean;
}

/** `netguard doctor`: exit status 1 when something that NetGuard cannot do without is missing. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('whether NetGuard can run here, what is missing, what is lost without it, what to do')
    .option('-c, --config <file>', 'configuration, YAML')
    .option('--no-self-test', 'do not try to load and attach the kernel programs')
    .addOption(outputOption())
    .action(async (flags: DoctorFlags) => {
      const { loadAgent } = await import('../daemon/load-agent.ts');
      const { readConfig } = await import('../daemon/read-config.ts');
      const { selfTest } = await import('../daemon/self-test.ts');
      const { runDoctor, renderDoctor } = await loadAgent();
      const { loaded } = await readConfig(flags);
      const report = await runDoctor(loaded.config, flags.selfTest ? () => selfTest(loaded.config) : undefined);
      process.exitCode = report.failed ? 1 : 0;
      const colour = wantsColour(process.stdout, process.env);
      await writeOut(
        flags.output === 'json' ? `${safeJson(report, 2)}\n` : renderDoctor(report, { colour, ascii: !speaksUtf8() }),
      );
    });
}

/** Whether the terminal's locale can show symbols (POSIX: LC_ALL before LC_CTYPE before LANG). */
function speaksUtf8(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === undefined || /utf-?8/i.test(locale);
}
