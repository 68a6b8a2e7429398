import assert from 'node:assert/strict';
import { once } from 'node:events';
import { requireFloodTool } from '../../../packages/cli/src/demo/syn-flood.ts';
import type { Member } from '../../../packages/cli/src/lab/member.ts';

/** Runs hping3 inside a member for so long, then ends it. Always bounded: `--flood` too. */
export async function hping(from: Member, args: readonly string[], seconds: number): Promise<void> {
  const child = from.spawn(requireFloodTool(), ['-I', 'eth0', '-q', '-n', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close');
  const tooEarly = await Promise.race([
    ended.then(() => true),
    new Promise<false>((resolve) => setTimeout(resolve, seconds * 1000, false)),
  ]);
  assert.equal(tooEarly, false, `hping3 ${args.join(' ')} ended by itself: ${said}`);
  // SIGINT may come before it is ready for it; what it would print is not needed.
  child.kill('SIGKILL');
  await ended;
}
