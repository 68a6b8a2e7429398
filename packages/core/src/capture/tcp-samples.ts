import type { PayloadObservation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import type { Packet } from './packet.ts';
import { SAMPLED_BYTES, type SampledPorts } from './payload-sampling.ts';
import { type EarlySegment, ESTABLISHED, type TcpEnd, type TcpFlow } from './tcp-flow.ts';

/** Early segments kept of one direction, and of all of them: what finds no room is told out of order, or, with a SYN, not. */
const MOST_EARLY = 4;
const MOST_EARLY_IN_ALL = 1024;
/** Of a frame of united segments whose size nobody told: Ethernet's. */
const USUAL_SEGMENT = 1460;

/**
 * The first segments with payload of each direction of connections whose beginning the capture has, each byte once and in the
 * order of the stream. A segment that comes before an earlier one waits until that comes, until the receiver has it, or until the
 * connection ends. Told from the client's point of view.
 */
export class TcpSamples {
  readonly #ports: SampledPorts;
  readonly #observe: (observation: PayloadObservation) => void;
  #waiting = 0;
  #evicted = 0;

  constructor(ports: SampledPorts, observe: (observation: PayloadObservation) => void) {
    this.#ports = ports;
    this.#observe = observe;
  }

  /** A segment that may have payload, after it was counted; `sequence` is that of its first byte. */
  segment(flow: TcpFlow, sender: 0 | 1, packet: Packet, sequence: number, nowMs: number): void {
    const end = flow.ends[sender];
    const most = this.#most(flow);
    if (end.sampledSegments >= most || packet.payloadBytes === 0 || flow.preexisting || !end.sent.isKnown) return;
    const size = packet.payloadBytes > SAMPLED_BYTES ? this.#segmentSize(flow, sender) : SAMPLED_BYTES;
    let offset = (sequence - end.sent.start) | 0;
    for (let from = 0; from < packet.payloadBytes && end.sampledSegments < most; from += size) {
      const length = Math.min(size, packet.payloadBytes - from);
      this.#take(flow, sender, { offset, length, bytes: packet.payload(from, from + length) }, nowMs);
      offset += length;
    }
  }

  /** What an end sent was acknowledged: gaps before that are of the capture, and nothing will fill them. */
  acknowledged(flow: TcpFlow, sender: 0 | 1, acknowledgement: number, nowMs: number): void {
    const end = flow.ends[sender];
    if (end.early === undefined || flow.state !== ESTABLISHED) return;
    const to = (acknowledgement - end.sent.start) | 0;
    while (end.early !== undefined && end.early[0]!.offset < to) this.#tellEarliest(flow, sender, nowMs);
  }

  /** It is established now, or over, or begins anew: nothing waits any longer. */
  flush(flow: TcpFlow, nowMs: number): void {
    for (const sender of [0, 1] as const) {
      const end = flow.ends[sender];
      while (end.early !== undefined) {
        if (flow.state === ESTABLISHED) this.#tellEarliest(flow, sender, nowMs);
        else this.#shift(end);
      }
    }
  }

  /** Segments that wait; and those for which there was no room. */
  get state(): TableState {
    return { entries: this.#waiting, capacity: MOST_EARLY_IN_ALL, evicted: this.#evicted };
  }

  #take(flow: TcpFlow, sender: 0 | 1, segment: EarlySegment, nowMs: number): void {
    const end = flow.ends[sender];
    const known = end.sampledTo - segment.offset;
    if (known >= segment.length) return;
    const isEarly = known < 0 || flow.state !== ESTABLISHED;
    if (isEarly && this.#keep(end, segment)) return;
    if (flow.state !== ESTABLISHED) return;
    this.#tell(flow, sender, segment, nowMs);
    while (end.early !== undefined && end.early[0]!.offset <= end.sampledTo) this.#tellEarliest(flow, sender, nowMs);
  }

  /** Of a direction the first ones by offset are kept. False: there is no room. */
  #keep(end: TcpEnd, segment: EarlySegment): boolean {
    const early = end.early ?? [];
    if (early.some(({ offset }) => offset === segment.offset)) return true;
    if (early.length >= MOST_EARLY) {
      if (early.at(-1)!.offset <= segment.offset) return true;
      early.pop();
      this.#waiting--;
    }
    if (this.#waiting >= MOST_EARLY_IN_ALL) {
      this.#evicted++;
      return false;
    }
    this.#waiting++;
    early.push({ ...segment, bytes: segment.bytes.slice() });
    end.early = early.sort((a, b) => a.offset - b.offset);
    return true;
  }

  #tellEarliest(flow: TcpFlow, sender: 0 | 1, nowMs: number): void {
    const segment = this.#shift(flow.ends[sender]);
    this.#tell(flow, sender, segment, nowMs);
  }

  #shift(end: TcpEnd): EarlySegment {
    const segment = end.early!.shift()!;
    this.#waiting--;
    if (end.early!.length === 0) end.early = undefined;
    return segment;
  }

  /** What of it was not told yet. */
  #tell(flow: TcpFlow, sender: 0 | 1, { offset, length, bytes }: EarlySegment, nowMs: number): void {
    const end = flow.ends[sender];
    const known = Math.max(0, end.sampledTo - offset);
    if (known >= length || end.sampledSegments >= this.#most(flow)) return;
    end.sampledSegments++;
    end.sampledTo = offset + length;
    if (known >= bytes.length) return; // cut off by the capture
    const { client, number } = flow;
    const local = flow.ends[client];
    const remote = flow.ends[client === 0 ? 1 : 0];
    this.#observe({
      kind: 'payload',
      timeMs: nowMs,
      transport: 'TCP',
      id: `t${number}.${client}`,
      role: 'client',
      cgroupId: local.host!.netns,
      netns: local.host!.netns,
      local: { ip: local.host!.ip, port: local.port },
      remote: { ip: remote.host!.ip, port: remote.port },
      sent: sender === client,
      offset: offset + known,
      length: length - known,
      bytes: bytes.subarray(known),
    });
  }

  #most(flow: TcpFlow): number {
    return this.#ports.segments(flow.ends[flow.client === 0 ? 1 : 0].port);
  }

  /** What the segments of a frame that unites several had. */
  #segmentSize(flow: TcpFlow, sender: 0 | 1): number {
    const size = flow.ends[sender === 0 ? 1 : 0].segmentSize || flow.ends[sender].segmentSize || USUAL_SEGMENT;
    return Math.min(size, SAMPLED_BYTES);
  }
}
