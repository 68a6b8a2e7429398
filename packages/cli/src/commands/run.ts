import { Command } from 'commander';
import { withConfigFlags } from '../daemon/config-flags.ts';
import type { RunFlags } from '../daemon/run-daemon.ts';

const LISTEN = { run: '127.0.0.1:8410', agent: '127.0.0.1:9410' } as const;

const TEXT = {
  run: 'watch this machine: everything in one process',
  agent: 'watch this node as part of a cluster (what the DaemonSet runs)',
} as const;

/** `netguard run` and `netguard agent`: the same daemon; the agent has its own port beside a hub. */
export function daemonCommand(name: 'run' | 'agent'): Command {
  const command = withConfigFlags(new Command(name).description(TEXT[name]), LISTEN[name])
    .option('--exit-with-parent', 'end when the process that started this one ends')
    .addHelpText(
      'after',
      `
Examples:
  $ sudo netguard ${name}
  $ sudo netguard ${name} --identities pods.yaml      names without an API server
  $ sudo netguard ${name} --config netguard.yaml --log-level debug

It needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (root has them); \`netguard doctor\` says what is missing.
SIGTERM and Ctrl-C end it within ten seconds.`,
    );
  return command.action(async (flags: RunFlags) => {
    const { runDaemon } = await import('../daemon/run-daemon.ts');
    await runDaemon(flags, { server: { listen: LISTEN[name] } });
  });
}
