import { Command } from 'commander';
import { withConfigFlags } from '../daemon/config-flags.ts';
import type { RunFlags } from '../daemon/run-daemon.ts';
import type { DemoFlags } from '../show/demo-plan.ts';

/** `netguard demo`: a fake cluster with ordinary traffic and a real attack, and NetGuard watching it. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description('a small fake cluster with traffic and a real attack, watched by NetGuard: see it work in a minute')
    .option('--attack-after <duration>', 'when the attack begins', '10s')
    .option('--attack-every <duration>', 'attack again, this long after the last one is over')
    .option('--no-attack', 'ordinary traffic only')
    .option('--duration <duration>', 'end by itself after this')
    .option('--once', 'end after one attack; exit status 1 when it raised no alert')
    .option('--plain', 'lines instead of the live view, also on a terminal')
    .option('--exit-with-parent', 'end when the process that started this one ends')
    .addHelpText(
      'after',
      `
The cluster is made of network namespaces on this machine; nothing leaves it, and it is removed at the end whatever
happens. It needs root, and hping3 for the attack.

Examples:
  $ sudo netguard demo
  $ sudo netguard demo --once                    for a script: one attack, then the end
  $ sudo netguard demo --attack-every 1m         for a talk`,
    );
  command.optionsGroup('NetGuard:');
  return withConfigFlags(command, '127.0.0.1:8410').action(
    async (flags: RunFlags & DemoFlags & { plain?: boolean }) => {
      const { runDemo } = await import('../show/run-demo.ts');
      await runDemo(flags);
    },
  );
}
