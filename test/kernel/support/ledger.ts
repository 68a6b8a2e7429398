/** What the applications counted, connection by connection, against what NetGuard said. */
import type { CloseReason, ConnectionObservation, Role } from '../../../packages/core/src/index.ts';
import type { SocketCounts } from './socket.ts';

export interface Entry extends SocketCounts {
  readonly role: Role;
  readonly reason?: CloseReason;
}

export class Ledger {
  readonly entries: Entry[] = [];

  add(role: Role, counts: SocketCounts, reason?: CloseReason): void {
    this.entries.push({ ...counts, role, ...(reason && { reason }) });
  }

  /** Differences between the ledger and the final records, as sentences; none when all is exact. */
  compare(closed: readonly ConnectionObservation[]): string[] {
    const problems: string[] = [];
    const records = new Map<string, ConnectionObservation[]>();
    for (const seen of closed) {
      const id = key(seen.role, seen.local.port, seen.remote.port);
      records.set(id, [...(records.get(id) ?? []), seen]);
    }
    for (const entry of this.entries) {
      const id = key(entry.role, entry.local, entry.remote);
      const seen = records.get(id)?.shift();
      if (!seen) problems.push(`${id}: no record`);
      else problems.push(...differences(id, entry, seen));
    }
    for (const [id, rest] of records) if (rest.length > 0) problems.push(`${id}: ${rest.length} records too many`);
    return problems;
  }

  /** Records that tell what no application counted: for when some are known to be missing, and ports are used again. */
  unexplained(closed: readonly ConnectionObservation[]): string[] {
    const known = new Set(
      this.entries.map((e) => `${key(e.role, e.local, e.remote)} ${e.sent} ${e.received} ${e.reason}`),
    );
    return closed
      .map(
        (seen) =>
          `${key(seen.role, seen.local.port, seen.remote.port)} ${seen.total.sentBytes} ${seen.total.receivedBytes} ${seen.closeReason}`,
      )
      .filter((record) => !known.has(record));
  }
}

/** Whether each connection was new once, closed once, and its differences add up to its total. */
export function checkLifecycles(observations: readonly ConnectionObservation[]): string[] {
  const problems: string[] = [];
  const byId = new Map<
    string,
    { news: number; closes: number; rx: number; tx: number; segments: number; last: ConnectionObservation }
  >();
  for (const seen of observations) {
    const sum = byId.get(seen.id) ?? { news: 0, closes: 0, rx: 0, tx: 0, segments: 0, last: seen };
    byId.set(seen.id, sum);
    if (seen.isNew) sum.news++;
    if (seen.phase === 'closed') sum.closes++;
    else if (sum.closes > 0) problems.push(`${seen.id}: live after its end`);
    sum.rx += seen.delta.receivedBytes;
    sum.tx += seen.delta.sentBytes;
    sum.segments += seen.delta.receivedPackets + seen.delta.sentPackets;
    sum.last = seen;
  }
  for (const [id, { news, closes, rx, tx, segments, last }] of byId) {
    if (news !== 1) problems.push(`${id}: new ${news} times`);
    if (closes > 1) problems.push(`${id}: closed ${closes} times`);
    const { receivedBytes, sentBytes, receivedPackets, sentPackets } = last.total;
    if (rx !== receivedBytes || tx !== sentBytes)
      problems.push(`${id}: differences ${rx}/${tx}, total ${receivedBytes}/${sentBytes}`);
    if (segments !== receivedPackets + sentPackets)
      problems.push(`${id}: segments ${segments}, total ${receivedPackets + sentPackets}`);
  }
  return problems;
}

function key(role: Role, local: number, remote: number): string {
  return `${role} ${local}>${remote}`;
}

function differences(id: string, entry: Entry, seen: ConnectionObservation): string[] {
  const problems: string[] = [];
  const { sentBytes, receivedBytes } = seen.total;
  if (sentBytes !== entry.sent) problems.push(`${id}: sent ${entry.sent}, recorded ${sentBytes} (${seen.closeReason})`);
  if (receivedBytes !== entry.received)
    problems.push(`${id}: received ${entry.received}, recorded ${receivedBytes} (${seen.closeReason})`);
  if (entry.reason && seen.closeReason !== entry.reason)
    problems.push(`${id}: ended by ${entry.reason}, recorded ${seen.closeReason}`);
  return problems;
}
