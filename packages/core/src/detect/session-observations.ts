/** For tests only: TCP sessions as the end that is watched tells of them when they close. */
import type { Endpoint } from '../endpoint.ts';
import type { CloseReason, ConnectionObservation } from '../observation.ts';
import type { Seen } from './scenario.ts';

export interface SessionSpec {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly port: number;
  /** Who tells of it; the server unless given. */
  readonly reporter?: 'client' | 'server';
  readonly clientBytes?: number;
  readonly serverBytes?: number;
  readonly durationMs?: number;
  readonly phase?: 'live' | 'closed';
  readonly established?: boolean;
  readonly isNew?: boolean;
  readonly closeReason?: CloseReason;
  readonly closedFirst?: 'client' | 'server';
}

/** `timeMs`: when it is told of, its end where it is closed. */
export function session(timeMs: number, spec: SessionSpec): Seen {
  const { reporter = 'server', phase = 'closed', established = true, clientBytes = 0, serverBytes = 0 } = spec;
  const isServer = reporter === 'server';
  const [local, remote] = isServer ? [spec.server, spec.client] : [spec.client, spec.server];
  const clientPort = 32_768 + (Math.round(timeMs * 7) % 28_000);
  const moved = {
    receivedBytes: isServer ? clientBytes : serverBytes,
    sentBytes: isServer ? serverBytes : clientBytes,
    receivedPackets: 6,
    sentPackets: 6,
    retransmits: 0,
  };
  const observation: ConnectionObservation = {
    kind: 'connection',
    timeMs,
    phase,
    id: `${timeMs}|${spec.client.ip}|${spec.server.ip}|${spec.port}|${reporter}`,
    role: reporter,
    cgroupId: 1,
    netns: 1,
    local: { ip: local.ip, port: isServer ? spec.port : clientPort },
    remote: { ip: remote.ip, port: isServer ? clientPort : spec.port },
    pid: 1,
    comm: 'test',
    established,
    isNew: spec.isNew ?? true,
    preexisting: false,
    delta: moved,
    total: moved,
    unackedBytes: 0,
    srttUs: 200,
    startMs: timeMs - (spec.durationMs ?? 100),
    closeReason: phase === 'live' ? null : (spec.closeReason ?? 'fin'),
    ...(spec.closedFirst === undefined
      ? undefined
      : { closedFirst: spec.closedFirst === reporter ? ('local' as const) : ('remote' as const) }),
  };
  return { observation, who: { local, remote } };
}

/** A pod of a Deployment. */
export function pod(ip: string, namespace: string, workload: string): Endpoint {
  return { ip, kind: 'pod', namespace, pod: `${workload}-x`, workload: { kind: 'Deployment', name: workload } };
}
