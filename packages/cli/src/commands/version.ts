import { Command } from 'commander';
import { netguardVersion } from '../version.ts';

/** `netguard version`: reads one file, loads neither agent nor kernel bindings. */
export function versionCommand(): Command {
  return new Command('version')
    .description('print the version of NetGuard and of what it runs on')
    .option('-o, --output <format>', 'text or json', 'text')
    .action((options: { output: string }) => {
      const facts = {
        version: netguardVersion(),
        node: process.versions.node,
        platform: `${process.platform}/${process.arch}`,
      };
      process.stdout.write(
        options.output === 'json'
          ? `${JSON.stringify(facts)}\n`
          : `netguard ${facts.version} (Node.js ${facts.node}, ${facts.platform})\n`,
      );
    });
}
