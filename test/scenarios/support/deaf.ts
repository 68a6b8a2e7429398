import assert from 'node:assert/strict';
import type { Member } from '../../../packages/cli/src/lab/member.ts';

/**
 * Makes a host's kernel drop what comes from addresses it has no route to, before it looks for a socket. Of a host elsewhere
 * nothing is seen here; this one's kernel is watched too, and would tell of forged packets by itself.
 */
export async function deaf(host: Member): Promise<void> {
  const { code, stderr } = await host.run(
    'sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1 && ip route del default',
  );
  assert.equal(code, 0, stderr);
}
