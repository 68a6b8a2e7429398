/** Flows as Hubble tells them, in the names of its own API (`hubble-api.ts`), for tests. */

export interface TestEnd {
  readonly ip: string;
  readonly port: number;
  readonly endpoint: Record<string, unknown>;
}

export function testPod(namespace: string, name: string, ip: string, port: number): TestEnd {
  const workload = name.replace(/-[^-]+-[^-]+$/, '');
  const endpoint = {
    identity: 20_000,
    namespace,
    pod_name: name,
    labels: [`k8s:app=${workload}`, `k8s:io.kubernetes.pod.namespace=${namespace}`],
    workloads: [{ name: workload, kind: 'Deployment' }],
  };
  return { ip, port, endpoint };
}

export function testWorld(ip: string, port: number): TestEnd {
  return { ip, port, endpoint: { identity: 2, labels: ['reserved:world'] } };
}

export const POINT = { toStack: 3, toOverlay: 4, toEndpoint: 101 } as const;

export interface TestFlow {
  readonly from: TestEnd;
  readonly to: TestEnd;
  readonly atMs: number;
  /** `SA` for SYN and ACK. */
  readonly flags?: string;
  readonly isReply?: boolean;
  readonly node?: string;
  readonly point?: number;
  /** Cilium's number of why it was dropped. */
  readonly dropReason?: number;
  /** 1 drop, 4 trace, 5 policy verdict; by what becomes of it unless set. */
  readonly event?: number;
  readonly protocol?: 'TCP' | 'UDP';
  readonly uuid?: string;
}

const FLAGS: Readonly<Record<string, string>> = { F: 'FIN', S: 'SYN', R: 'RST', P: 'PSH', A: 'ACK', U: 'URG' };

/** A `GetFlowsResponse` with the flow. */
export function testResponse(flow: TestFlow): Record<string, unknown> {
  const { from, to, atMs, flags = '', isReply = false, node = 'n1', dropReason = 0, protocol = 'TCP' } = flow;
  const seconds = Math.floor(atMs / 1000);
  const time = { seconds, nanos: Math.round((atMs - seconds * 1000) * 1e6) };
  const isDropped = dropReason > 0;
  const ports = { source_port: from.port, destination_port: to.port };
  const tcp = { ...ports, flags: Object.fromEntries([...flags].map((letter) => [FLAGS[letter], true])) };
  return {
    node_name: node,
    time,
    flow: {
      time,
      ...(flow.uuid === undefined ? {} : { uuid: flow.uuid }),
      verdict: isDropped ? 2 : 1,
      drop_reason: dropReason,
      drop_reason_desc: dropReason,
      IP: { source: from.ip, destination: to.ip, ipVersion: 1 },
      l4: protocol === 'TCP' ? { TCP: tcp } : { UDP: ports },
      source: from.endpoint,
      destination: to.endpoint,
      Type: 1,
      node_name: node,
      event_type: { type: flow.event ?? (isDropped ? 1 : 4) },
      traffic_direction: 2,
      trace_observation_point: isDropped ? 0 : (flow.point ?? POINT.toEndpoint),
      is_reply: { value: isReply },
      Summary: 'a field that is not read',
    },
  };
}

/** A short connection as the client's node and the server's both tell of it. */
export function testConnection(client: TestEnd, server: TestEnd, atMs: number): Record<string, unknown>[] {
  const steps: [isReply: boolean, flags: string, afterMs: number][] = [
    [false, 'S', 0],
    [true, 'SA', 1],
    [false, 'A', 2],
    [false, 'AP', 3],
    [true, 'AP', 8],
    [false, 'AF', 10],
    [true, 'AF', 11],
  ];
  const tellers = [
    { node: 'n1', point: POINT.toStack },
    { node: 'n2', point: POINT.toEndpoint },
  ];
  return steps.flatMap(([isReply, flags, afterMs]) =>
    tellers.map((teller, nth) =>
      testResponse({
        from: isReply ? server : client,
        to: isReply ? client : server,
        atMs: atMs + afterMs + nth * 0.2,
        flags,
        isReply,
        ...teller,
      }),
    ),
  );
}
