import assert from 'node:assert/strict';
import type { Member } from '../../../packages/cli/src/lab/member.ts';

/** Runs nmap inside a member to its end, without name look-ups, and returns what it printed. */
export async function nmap(from: Member, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await from.run(['nmap', '-n', '-Pn', ...args]);
  assert.equal(code, 0, `nmap ${args.join(' ')}: ${stderr}`);
  return stdout;
}
