import { isIP } from 'node:net';
import type { Endpoint, Flow } from '@netguard/core';
import { summary } from './flow-text.ts';

/** One line of `-o json` and `-o jsonpb`: Hubble's GetFlowsResponse in protobuf's JSON. */
export interface HubbleLine {
  readonly flow: Readonly<Record<string, unknown>>;
  readonly node_name: string;
  readonly time: string;
}

/**
 * A flow in Hubble's JSON (observer.GetFlowsResponse). What Hubble has no field for is in `extensions`: a
 * google.protobuf.Any holding a google.protobuf.Struct, which every protobuf library can read without our schema.
 * Names stay as they are: JSON escapes control characters itself.
 */
export function hubbleLine(flow: Flow): HubbleLine {
  const { source, destination } = flow;
  return {
    flow: {
      time: flow.time,
      uuid: flow.id,
      verdict: flow.verdict,
      IP: {
        source: source.ip,
        destination: destination.ip,
        ipVersion: isIP(source.ip || destination.ip) === 6 ? 'IPv6' : 'IPv4',
      },
      ...layer4(flow),
      source: hubbleEndpoint(source),
      destination: hubbleEndpoint(destination),
      Type: 'L3_L4',
      node_name: flow.node,
      ...service('source_service', source),
      ...service('destination_service', destination),
      traffic_direction: flow.trafficDirection,
      trace_observation_point: flow.trafficDirection === 'INGRESS' ? 'TO_ENDPOINT' : 'FROM_ENDPOINT',
      is_reply: false,
      Summary: summary(flow),
      extensions: { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { netguard: extension(flow) } },
    },
    node_name: flow.node,
    time: flow.time,
  };
}

function layer4(flow: Flow): Record<string, unknown> {
  const ports = { source_port: flow.source.port ?? 0, destination_port: flow.destination.port ?? 0 };
  switch (flow.protocol) {
    case 'TCP':
      return { l4: { TCP: ports } };
    case 'UDP':
      return { l4: { UDP: ports } };
    case 'SCTP':
      return { l4: { SCTP: ports } };
    case 'ICMP':
      return { l4: isIP(flow.source.ip || flow.destination.ip) === 6 ? { ICMPv6: {} } : { ICMPv4: {} } };
    case 'OTHER':
      return {};
  }
}

function hubbleEndpoint(endpoint: Endpoint): Record<string, unknown> {
  const { namespace, pod, workload, kind } = endpoint;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(RESERVED[kind] === undefined ? {} : { labels: [RESERVED[kind]] }),
    ...(pod === undefined ? {} : { pod_name: pod }),
    ...(workload === undefined ? {} : { workloads: [{ name: workload.name, kind: workload.kind }] }),
  };
}

/** Cilium's reserved labels for what is no pod. */
const RESERVED: Readonly<Partial<Record<Endpoint['kind'], string>>> = {
  world: 'reserved:world',
  'kube-apiserver': 'reserved:kube-apiserver',
  node: 'reserved:host',
  unit: 'reserved:host',
  process: 'reserved:host',
};

function service(field: string, endpoint: Endpoint): Record<string, unknown> {
  if (endpoint.service === undefined || endpoint.kind === 'unit') return {};
  return {
    [field]: { name: endpoint.service, ...(endpoint.namespace === undefined ? {} : { namespace: endpoint.namespace }) },
  };
}

function extension(flow: Flow): Record<string, unknown> {
  const {
    state,
    reporter,
    start,
    durationMs,
    requestBytes,
    responseBytes,
    requestPackets,
    responsePackets,
    retransmits,
  } = flow;
  return {
    state,
    reporter,
    start,
    durationMs,
    requestBytes,
    responseBytes,
    requestPackets,
    responsePackets,
    retransmits,
    ...(flow.result === undefined ? {} : { result: flow.result }),
    ...(flow.closeReason === undefined ? {} : { closeReason: flow.closeReason }),
    ...(flow.rttMs === undefined ? {} : { rttMs: flow.rttMs }),
    source: flow.source,
    destination: flow.destination,
  };
}
