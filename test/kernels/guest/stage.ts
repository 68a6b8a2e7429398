/** Where traffic is made and counted: two network namespaces joined by a veth pair, and one source that watches them. */
import type { ConnectionObservation } from '../../../packages/core/src/index.ts';
import type { OwnCgroup } from '../../kernel/support/own-cgroup.ts';
import type { PeerNamespace } from '../../kernel/support/peer-namespace.ts';
import type { Watch } from '../../kernel/support/watch.ts';
import type { Count } from '../report.ts';

/** This namespace's end, and the peer's, by family. */
export const OWN = { v4: '198.51.100.1', v6: 'fd00:5::1' } as const;
export const PEER = { v4: '198.51.100.2', v6: 'fd00:5::2' } as const;

export interface Stage {
  readonly watch: Watch;
  readonly peer: PeerNamespace;
  /** Of all sockets that this process makes, in either namespace. */
  readonly cgroup: OwnCgroup;
}

/** What a part found; `program` is whose count it is. */
export type Found = Omit<Count, 'kind'>;

/** Makes traffic of one kind and says what was sent and what was counted. */
export interface Part {
  /** Told in place of its counts when it ends by an error. */
  readonly program: string;
  readonly what: string;
  count(stage: Stage): Promise<readonly Found[]>;
}

/** Limit of one wait: under software emulation everything is many times slower. */
export const WAIT_MS = 20_000;

/** Final records of connections with one of these ports at either end. */
export function closedOf(watch: Watch, ports: readonly number[]): ConnectionObservation[] {
  return watch.closed().filter(({ local, remote }) => ports.includes(local.port) || ports.includes(remote.port));
}

/** Waits until what is counted is what was sent; that it never was is told by the numbers, not by an error. */
export async function settled(watch: Watch, isThere: () => boolean): Promise<void> {
  await watch.until('', isThere, WAIT_MS).catch(() => undefined);
}

/** `sent` and `counted` as numbers that should be the same, by name. */
export function differences(
  sent: Readonly<Record<string, number>>,
  counted: Readonly<Record<string, number>>,
): string[] {
  return Object.keys(sent).flatMap((name) =>
    sent[name] === counted[name] ? [] : [`${name}: sent ${sent[name]}, counted ${counted[name]}`],
  );
}
