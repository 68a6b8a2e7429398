import protobuf from 'protobufjs';

/**
 * Hubble's API as its own files name and number it, as far as a relay's double needs it. Apart from `sources/hubble/messages.ts`
 * on purpose: what that has wrong would be wrong on both sides otherwise.
 */
const PROTO = `
syntax = "proto3";
package hubble;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message BoolValue { bool value = 1; }
message UInt32Value { uint32 value = 1; }
message Int32Value { int32 value = 1; }
message Flow {
  Timestamp time = 1;
  int32 verdict = 2;
  uint32 drop_reason = 3;
  IP IP = 5;
  Layer4 l4 = 6;
  Endpoint source = 8;
  Endpoint destination = 9;
  int32 Type = 10;
  string node_name = 11;
  bool reply = 16;
  CiliumEventType event_type = 19;
  Service source_service = 20;
  Service destination_service = 21;
  int32 traffic_direction = 22;
  uint32 policy_match_type = 23;
  int32 trace_observation_point = 24;
  int32 drop_reason_desc = 25;
  BoolValue is_reply = 26;
  string uuid = 34;
  string Summary = 100000;
}
message Layer4 { oneof protocol { TCP TCP = 1; UDP UDP = 2; ICMP ICMPv4 = 3; ICMP ICMPv6 = 4; UDP SCTP = 5; } }
message TCP { uint32 source_port = 1; uint32 destination_port = 2; TCPFlags flags = 3; }
message UDP { uint32 source_port = 1; uint32 destination_port = 2; }
message ICMP { uint32 type = 1; uint32 code = 2; }
message TCPFlags {
  bool FIN = 1; bool SYN = 2; bool RST = 3; bool PSH = 4; bool ACK = 5; bool URG = 6; bool ECE = 7; bool CWR = 8; bool NS = 9;
}
message IP { string source = 1; string destination = 2; int32 ipVersion = 3; bool encrypted = 4; }
message Endpoint {
  uint32 ID = 1; uint32 identity = 2; string namespace = 3; repeated string labels = 4; string pod_name = 5;
  repeated Workload workloads = 6;
}
message Workload { string name = 1; string kind = 2; }
message Service { string name = 1; string namespace = 2; }
message CiliumEventType { int32 type = 1; int32 sub_type = 2; }
message LostEvent { int32 source = 1; uint64 num_events_lost = 2; Int32Value cpu = 3; }
message NodeStatusEvent { int32 state_change = 1; repeated string node_names = 2; string message = 3; }
message GetFlowsRequest { uint64 number = 1; bool follow = 3; Timestamp since = 7; Timestamp until = 8; bool first = 9; }
message GetFlowsResponse {
  oneof response_types { Flow flow = 1; NodeStatusEvent node_status = 2; LostEvent lost_events = 3; }
  string node_name = 1000;
  Timestamp time = 1001;
}
message ServerStatusRequest {}
message ServerStatusResponse {
  uint64 num_flows = 1; uint64 max_flows = 2; uint64 seen_flows = 3; uint64 uptime_ns = 4;
  UInt32Value num_connected_nodes = 5; UInt32Value num_unavailable_nodes = 6; repeated string unavailable_nodes = 7;
  string version = 8;
}
`;

const { root } = protobuf.parse(PROTO, { keepCase: true });

/** Bytes of a message of Hubble's API, by its name there. */
export function hubbleBytes(name: string, value: object): Buffer {
  const type = root.lookupType(`hubble.${name}`);
  return Buffer.from(type.encode(type.fromObject(value)).finish());
}

/** A message of Hubble's API from its bytes. */
export function hubbleObject(name: string, bytes: Uint8Array): Record<string, unknown> {
  const type = root.lookupType(`hubble.${name}`);
  return type.toObject(type.decode(bytes), { longs: Number, defaults: true });
}
