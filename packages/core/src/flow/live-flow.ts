import type { Endpoint } from '../endpoint.ts';
import type { CloseReason, ConnectionObservation, DatagramObservation } from '../observation.ts';
import { formatTime } from '../rfc3339.ts';
import type { Flow, Protocol } from './flow.ts';
import { connectionResult, localIsClient, verdictOf } from './orientation.ts';

/** Both ends of an observation, named. */
export interface FlowEnds {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** A flow being watched: fields are copied, so a source may reuse its observation object. */
export class LiveFlow {
  id = '';
  protocol: Protocol = 'TCP';
  localIsClient = true;
  local: Endpoint;
  remote: Endpoint;
  localIp = '';
  localPort = 0;
  remoteIp = '';
  remotePort = 0;
  pid = 0;
  comm = '';
  established = false;
  closeReason: CloseReason | null = null;
  startMs = 0;
  lastMs = 0;
  sentBytes = 0;
  receivedBytes = 0;
  sentPackets = 0;
  receivedPackets = 0;
  retransmits = 0;
  srttUs = 0;
  /** When it first moved after its last record; NaN while it waits for nothing. */
  waitingSinceMs = Number.NaN;

  constructor(ends: FlowEnds) {
    this.local = ends.local;
    this.remote = ends.remote;
  }

  /** Takes over a connection's absolute counters. */
  readConnection(observation: ConnectionObservation, ends: FlowEnds): void {
    this.#readEnds(observation, ends);
    this.protocol = 'TCP';
    this.pid = observation.pid;
    this.comm = observation.comm;
    this.established = observation.established;
    this.closeReason = observation.closeReason;
    const total = observation.total;
    this.sentBytes = total.sentBytes;
    this.receivedBytes = total.receivedBytes;
    this.sentPackets = total.sentPackets;
    this.receivedPackets = total.receivedPackets;
    this.retransmits = total.retransmits;
    this.srttUs = observation.srttUs;
  }

  /** Adds a conversation's differences. */
  addDatagrams(observation: DatagramObservation, ends: FlowEnds): void {
    this.#readEnds(observation, ends);
    this.protocol = observation.protocol;
    const delta = observation.delta;
    this.sentBytes += delta.sentBytes;
    this.receivedBytes += delta.receivedBytes;
    this.sentPackets += delta.sentPackets;
    this.receivedPackets += delta.receivedPackets;
  }

  #readEnds(observation: ConnectionObservation | DatagramObservation, ends: FlowEnds): void {
    this.id = observation.id;
    this.local = ends.local;
    this.remote = ends.remote;
    this.localIsClient = localIsClient(observation);
    this.localIp = observation.local.ip;
    this.localPort = observation.local.port;
    this.remoteIp = observation.remote.ip;
    this.remotePort = observation.remote.port;
    this.startMs = observation.startMs;
    this.lastMs = observation.timeMs;
  }

  /** The record of this moment; undefined for a connection that never sent a packet. */
  toFlow(state: 'live' | 'closed', timeMs: number, node: string): Flow | undefined {
    if (this.closeReason === 'none') return undefined;
    const isTcp = this.protocol === 'TCP';
    const durationMs = Math.max(0, this.lastMs - this.startMs);
    const result = isTcp ? connectionResult(this.established, this.closeReason, durationMs) : undefined;
    const local = withSocket(this.local, this.localIp, this.localPort, this.pid, this.comm);
    const remote = withSocket(this.remote, this.remoteIp, this.remotePort, 0, '');
    const client = this.localIsClient;
    const flow: { -readonly [K in keyof Flow]: Flow[K] } = {
      time: formatTime(timeMs),
      id: this.id,
      protocol: this.protocol,
      reporter: client ? 'client' : 'server',
      trafficDirection: client ? 'EGRESS' : 'INGRESS',
      verdict: verdictOf(result),
      source: client ? local : remote,
      destination: client ? remote : local,
      state,
      start: formatTime(this.startMs),
      durationMs,
      requestBytes: client ? this.sentBytes : this.receivedBytes,
      responseBytes: client ? this.receivedBytes : this.sentBytes,
      requestPackets: client ? this.sentPackets : this.receivedPackets,
      responsePackets: client ? this.receivedPackets : this.sentPackets,
      retransmits: this.retransmits,
      node,
    };
    if (result !== undefined) flow.result = result;
    if (this.closeReason !== null && state === 'closed') flow.closeReason = this.closeReason;
    if (this.srttUs > 0) flow.rttMs = this.srttUs / 1000;
    return flow;
  }
}

/** The endpoint with this socket's address and port, and its process where identity does not name one already. */
function withSocket(endpoint: Endpoint, ip: string, port: number, pid: number, comm: string): Endpoint {
  if (pid > 0 && endpoint.process === undefined) return { ...endpoint, ip, port, process: { pid, comm } };
  return endpoint.ip === ip && endpoint.port === port ? endpoint : { ...endpoint, ip, port };
}
