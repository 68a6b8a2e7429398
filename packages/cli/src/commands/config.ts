import { Command } from 'commander';
import { type ConfigFlags, withConfigFlags } from '../daemon/config-flags.ts';
import { safeJson } from '../text/safe-json.ts';
import { writeOut } from '../text/write-out.ts';
import { outputOption, type TableOrJson } from './output-option.ts';

const LISTEN = '127.0.0.1:8410';

/** `netguard config schema|show|check`. */
export function configCommand(): Command {
  return new Command('config')
    .description('the configuration: its JSON Schema, what is in force, what is wrong in a file')
    .addCommand(schemaCommand())
    .addCommand(showCommand())
    .addCommand(checkCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ netguard config check netguard.yaml
  $ netguard config show --config netguard.yaml        with where each value came from
  $ netguard config schema > netguard.schema.json      for the completion of an editor`,
    );
}

function schemaCommand(): Command {
  return new Command('schema').description('the JSON Schema of the configuration file').action(async () => {
    const [{ configJsonSchema }, { detectors }] = await Promise.all([loadAgentModule(), import('@netguard/core')]);
    await writeOut(`${safeJson(configJsonSchema(detectors), 2)}\n`);
  });
}

function showCommand(): Command {
  const command = new Command('show').description(
    'the configuration that `run` would start with; secrets are redacted',
  );
  return withConfigFlags(command, LISTEN)
    .addOption(outputOption('table is YAML with comments, json is plain'))
    .action(async (flags: ConfigFlags & { output: TableOrJson }) => {
      const { readConfig } = await import('../daemon/read-config.ts');
      const { loaded } = await readConfig(flags);
      const { showConfig, redact } = await loadAgentModule();
      const json = (): string => `${safeJson(redact(loaded.config), 2)}\n`;
      await writeOut(flags.output === 'json' ? json() : showConfig(loaded));
      for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`);
    });
}

function checkCommand(): Command {
  return new Command('check')
    .description('whether a configuration file can be used; exit status 2 when it cannot')
    .argument('[file]', 'the file; environment and defaults alone when left out')
    .action(async (file: string | undefined) => {
      const { readConfig } = await import('../daemon/read-config.ts');
      const { loaded } = await readConfig(file === undefined ? {} : { config: file });
      for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`);
      await writeOut(`${file ?? 'the configuration'} is fine: ${loaded.origins.size} values set\n`);
    });
}

async function loadAgentModule() {
  const { loadAgent } = await import('../daemon/load-agent.ts');
  return loadAgent();
}
