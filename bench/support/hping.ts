import type { CommandResult } from '../../packages/cli/src/lab/command.ts';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import { requireProgram } from '../../packages/cli/src/lab/requirements.ts';

/** Runs hping3 in a member for at most so many seconds of real time; INT makes it say how many packets it sent. */
export async function hping(from: Member, seconds: number, args: readonly string[]): Promise<number> {
  const program = requireProgram('hping3', 'hping3', 'sending packets for a benchmark');
  const limit = ['timeout', '--signal=INT', '--kill-after=2', String(seconds)];
  const { stdout, stderr }: CommandResult = await from.run([...limit, program, '-q', '-n', '-I', 'eth0', ...args]);
  const sent = Number(/(\d+) packets (?:tramitted|transmitted)/.exec(stdout + stderr)?.[1] ?? 0);
  if (sent === 0) throw new Error(`hping3 sent nothing: ${stderr.trim()}`);
  return sent;
}
