/**
 * The part of Hubble's API that NetGuard reads, by name and number (observer.proto, flow.proto and relay.proto of Cilium);
 * fields that are not here are skipped while decoding. Enums are numbers.
 */
import protobuf from 'protobufjs/light.js';

type Fields = Readonly<Record<string, { readonly id: number; readonly type: string; readonly rule?: 'repeated' }>>;

function message(fields: Fields, oneofs?: Readonly<Record<string, { readonly oneof: string[] }>>) {
  return { fields: { ...fields }, ...(oneofs === undefined ? {} : { oneofs }) };
}

const text = (id: number) => ({ id, type: 'string' });
const texts = (id: number) => ({ id, type: 'string', rule: 'repeated' as const });
const number = (id: number) => ({ id, type: 'uint32' });
const large = (id: number) => ({ id, type: 'uint64' });
const flag = (id: number) => ({ id, type: 'bool' });
/** Enums: negative numbers are never sent. */
const choice = (id: number) => ({ id, type: 'int32' });
const of = (type: string, id: number) => ({ id, type });
const ports = { sourcePort: number(1), destinationPort: number(2) };

const root = protobuf.Root.fromJSON({
  nested: {
    Timestamp: message({ seconds: { id: 1, type: 'int64' }, nanos: { id: 2, type: 'int32' } }),
    BoolValue: message({ value: flag(1) }),
    UInt32Value: message({ value: number(1) }),
    Ip: message({ source: text(1), destination: text(2) }),
    TcpFlags: message({ fin: flag(1), syn: flag(2), rst: flag(3), psh: flag(4), ack: flag(5), urg: flag(6) }),
    Tcp: message({ ...ports, flags: of('TcpFlags', 3) }),
    Udp: message(ports),
    Sctp: message(ports),
    Icmp: message({ type: number(1), code: number(2) }),
    Layer4: message({
      tcp: of('Tcp', 1),
      udp: of('Udp', 2),
      icmp4: of('Icmp', 3),
      icmp6: of('Icmp', 4),
      sctp: of('Sctp', 5),
    }),
    Workload: message({ name: text(1), kind: text(2) }),
    Endpoint: message({
      identity: number(2),
      namespace: text(3),
      labels: texts(4),
      podName: text(5),
      workloads: { id: 6, type: 'Workload', rule: 'repeated' },
    }),
    Service: message({ name: text(1), namespace: text(2) }),
    EventType: message({ type: choice(1), subType: choice(2) }),
    Flow: message({
      time: of('Timestamp', 1),
      verdict: choice(2),
      dropReason: number(3),
      ip: of('Ip', 5),
      l4: of('Layer4', 6),
      source: of('Endpoint', 8),
      destination: of('Endpoint', 9),
      type: choice(10),
      nodeName: text(11),
      eventType: of('EventType', 19),
      sourceService: of('Service', 20),
      destinationService: of('Service', 21),
      trafficDirection: choice(22),
      tracePoint: choice(24),
      dropReasonDesc: choice(25),
      isReply: of('BoolValue', 26),
      uuid: text(34),
    }),
    LostEvent: message({ source: choice(1), count: large(2) }),
    NodeStatus: message({ state: choice(1), nodeNames: texts(2), message: text(3) }),
    GetFlowsRequest: message({ number: large(1), follow: flag(3), since: of('Timestamp', 7) }),
    GetFlowsResponse: message({
      flow: of('Flow', 1),
      nodeStatus: of('NodeStatus', 2),
      lostEvents: of('LostEvent', 3),
      nodeName: text(1000),
      time: of('Timestamp', 1001),
    }),
    ServerStatusRequest: message({}),
    ServerStatusResponse: message({
      numFlows: large(1),
      maxFlows: large(2),
      seenFlows: large(3),
      connectedNodes: of('UInt32Value', 5),
      unavailableNodes: of('UInt32Value', 6),
      unavailableNames: texts(7),
      version: text(8),
    }),
  },
});

/** uint64 and int64 as decoded: with or without the package `long`, whichever protobufjs found. */
type Large = number | { toNumber(): number };

export interface Timestamp {
  readonly seconds?: Large;
  readonly nanos?: number;
}

export interface FlowEndpoint {
  readonly identity?: number;
  readonly namespace?: string;
  readonly labels?: readonly string[];
  readonly podName?: string;
  readonly workloads?: readonly { readonly name?: string; readonly kind?: string }[];
}

interface Ports {
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

export interface TcpFlags {
  readonly fin?: boolean;
  readonly syn?: boolean;
  readonly rst?: boolean;
  readonly psh?: boolean;
  readonly ack?: boolean;
  readonly urg?: boolean;
}

interface Icmp {
  readonly type?: number;
  readonly code?: number;
}

export interface Service {
  readonly name?: string;
  readonly namespace?: string;
}

/** A decoded flow: whatever was not sent is absent, or the type's zero. */
export interface FlowMessage {
  readonly time?: Timestamp | null;
  readonly verdict?: number;
  readonly dropReason?: number;
  readonly ip?: { readonly source?: string; readonly destination?: string } | null;
  readonly l4?: {
    readonly tcp?: (Ports & { readonly flags?: TcpFlags | null }) | null;
    readonly udp?: Ports | null;
    readonly sctp?: Ports | null;
    readonly icmp4?: Icmp | null;
    readonly icmp6?: Icmp | null;
  } | null;
  readonly source?: FlowEndpoint | null;
  readonly destination?: FlowEndpoint | null;
  readonly type?: number;
  readonly nodeName?: string;
  readonly eventType?: { readonly type?: number; readonly subType?: number } | null;
  readonly sourceService?: Service | null;
  readonly destinationService?: Service | null;
  readonly trafficDirection?: number;
  readonly tracePoint?: number;
  readonly dropReasonDesc?: number;
  readonly isReply?: { readonly value?: boolean } | null;
  readonly uuid?: string;
}

export interface FlowsResponse {
  readonly flow?: FlowMessage | null;
  readonly nodeStatus?: {
    readonly state?: number;
    readonly nodeNames?: readonly string[];
    readonly message?: string;
  } | null;
  readonly lostEvents?: { readonly source?: number; readonly count?: Large } | null;
  readonly nodeName?: string;
  readonly time?: Timestamp | null;
}

export interface FlowsRequest {
  readonly number?: number;
  readonly follow?: boolean;
  readonly since?: Timestamp;
}

export interface ServerStatus {
  readonly numFlows?: Large;
  readonly maxFlows?: Large;
  readonly seenFlows?: Large;
  readonly connectedNodes?: { readonly value?: number } | null;
  readonly unavailableNodes?: { readonly value?: number } | null;
  readonly unavailableNames?: readonly string[];
  readonly version?: string;
}

/** Bytes to message and back, for one type. */
export interface Codec<T> {
  encode(value: T): Buffer;
  /** Throws on bytes that are no message of this type. */
  decode(bytes: Uint8Array): T;
}

function codec<T extends object>(name: string): Codec<T> {
  const type = root.lookupType(name);
  return {
    encode: (value) => Buffer.from(type.encode(type.fromObject(value)).finish()),
    decode: (bytes) => type.decode(bytes) as unknown as T,
  };
}

export const flowsRequest = codec<FlowsRequest>('GetFlowsRequest');
export const flowsResponse = codec<FlowsResponse>('GetFlowsResponse');
export const statusRequest = codec<Readonly<Record<string, never>>>('ServerStatusRequest');
export const statusResponse = codec<ServerStatus>('ServerStatusResponse');

export function toNumber(value: Large | null | undefined): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' ? value : value.toNumber();
}

/** Epoch milliseconds, with a fraction; NaN when there is none. */
export function toMs(time: Timestamp | null | undefined): number {
  if (time === undefined || time === null) return Number.NaN;
  return toNumber(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6;
}

export function toTimestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.floor((ms - seconds * 1000) * 1e6) };
}
