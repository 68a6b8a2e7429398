import type { Observation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import { Conversation } from './conversation.ts';
import type { HostTable } from './host-table.ts';
import { ICMP, ICMPV6, type Packet, SCTP, UDP } from './packet.ts';
import { SAMPLED_BYTES, type SampledPorts } from './payload-sampling.ts';
import type { ProbeBook } from './probe-book.ts';
import { SlotTable } from './slot-table.ts';
import { pairKey } from './socket-pair.ts';
import { SHAPE_UDP } from './tcp-shape.ts';

/** As the kernel's table has. Where that leaves out what finds no room, this one tells the oldest and forgets it. */
const CAPACITY = 65_536;
/** A conversation without a packet for this long is over, as in datagram-reader.ts. */
const IDLE_MS = 30_000;
/** How long an answer may take before a datagram counts as unanswered. */
const ANSWER_MS = 1000;

/** Conversations younger than ANSWER_MS, in the order they began; and all others, the one that moved last at the end. */
const FRESH = 0;
const SETTLED = 1;

/** UDP, ICMP, SCTP and whatever else is not TCP: what each conversation moved, once a second, seen from both of its ends. */
export class DatagramTracker {
  readonly #hosts: HostTable;
  readonly #probes: ProbeBook;
  readonly #observe: (observation: Observation) => void;
  readonly #sampled: SampledPorts | undefined;
  readonly #table = new SlotTable(10, 2);
  readonly #conversations: Conversation[] = [];
  readonly #key = new Int32Array(10);
  #dirty: Conversation[] = [];
  #begun = 0;
  #evicted = 0;

  constructor(
    hosts: HostTable,
    probes: ProbeBook,
    observe: (observation: Observation) => void,
    sampled: SampledPorts | undefined,
  ) {
    this.#sampled = sampled;
    this.#hosts = hosts;
    this.#probes = probes;
    this.#observe = observe;
  }

  packet(packet: Packet, nowMs: number): void {
    const sender = this.#pair(packet);
    const conversation = this.#get(packet, sender, nowMs);
    if (packet.protocol === UDP && packet.packets > 0) this.#sample(conversation, packet, sender, nowMs);
    conversation.packets[sender] += packet.packets;
    conversation.bytes[sender] += packet.payloadBytes;
    conversation.lastMs = nowMs;
    conversation.hosts[sender]!.hasSent = true;
    if (this.#table.listOf(conversation.slot) === SETTLED) this.#table.touch(conversation.slot);
    this.#touch(conversation);
  }

  /** An ICMP error says that a datagram found no port (`isClosed`) or did not arrive. It is no answer of the peer's. */
  failed(packet: Packet, isClosed: boolean, nowMs: number): void {
    const quoted = packet.quoted;
    if (quoted?.protocol !== UDP) return;
    const sender = pairKey(this.#key, quoted.source, quoted.target, quoted.sourcePort, quoted.targetPort);
    this.#key[9] = UDP;
    const slot = this.#table.find(this.#key);
    const conversation = slot < 0 ? undefined : this.#conversations[slot];
    // What is turned away as it comes too late is an answer, not a question.
    if (conversation !== undefined && conversation.opener !== sender) return;
    if (!isClosed) {
      if (conversation !== undefined) conversation.isExpired = true;
      return;
    }
    const source = this.#hosts.get(quoted.source);
    const target = this.#hosts.get(quoted.target);
    const packets = conversation === undefined ? 1 : conversation.packets[sender] - conversation.probed;
    if (packets <= 0) return;
    if (conversation !== undefined) conversation.probed += packets;
    this.#probes.add(source, target, quoted.targetPort, SHAPE_UDP, packets, nowMs);
  }

  /** When the next conversation has waited long enough for an answer, or Infinity. */
  get nextDueMs(): number {
    const slot = this.#table.oldest(FRESH);
    return slot < 0 ? Number.POSITIVE_INFINITY : this.#conversations[slot]!.startMs + ANSWER_MS;
  }

  /** Judges conversations whose time for an answer is over. */
  judge(nowMs: number): void {
    for (;;) {
      const slot = this.#table.oldest(FRESH);
      if (slot < 0 || this.#conversations[slot]!.startMs + ANSWER_MS > nowMs) return;
      this.#table.touch(slot, SETTLED);
      this.#judgeSilence(this.#conversations[slot]!, nowMs);
    }
  }

  /** Once a second: what moved. Idle conversations end. */
  tick(nowMs: number): void {
    const moved = this.#dirty;
    this.#dirty = [];
    for (const conversation of moved) {
      if (!conversation.isDirty) continue;
      conversation.isDirty = false;
      this.#tell(conversation, nowMs, false);
    }
    for (;;) {
      const slot = this.#table.oldest(SETTLED);
      if (slot < 0 || nowMs - this.#conversations[slot]!.lastMs < IDLE_MS) return;
      this.#end(slot, nowMs);
    }
  }

  /** Tells of everything and forgets it: the clock is set anew. */
  forget(nowMs: number): void {
    for (const list of [FRESH, SETTLED]) {
      for (let slot = this.#table.oldest(list); slot >= 0; slot = this.#table.oldest(list)) this.#end(slot, nowMs);
    }
    this.#dirty = [];
  }

  get begun(): number {
    return this.#begun;
  }

  get state(): TableState {
    return { entries: this.#table.total, capacity: CAPACITY, evicted: this.#evicted };
  }

  /** A target that said to this source of another port that nothing is there does not say so of every port: it is rate-limited. */
  #judgeSilence(conversation: Conversation, nowMs: number): void {
    const { opener, protocol, isExpired } = conversation;
    const peer = opener === 0 ? 1 : 0;
    if (protocol !== UDP || isExpired || conversation.packets[peer] > 0 || conversation.probed > 0) return;
    const source = conversation.hosts[opener]!;
    const target = conversation.hosts[peer]!;
    if (!this.#probes.hasRefusedDatagrams(source, target, nowMs)) return;
    conversation.probed = conversation.packets[opener];
    this.#probes.add(source, target, conversation.ports[peer], SHAPE_UDP, conversation.probed, nowMs);
  }

  #pair(packet: Packet): 0 | 1 {
    const key = this.#key;
    const { protocol } = packet;
    key[9] = protocol;
    if (protocol === UDP || protocol === SCTP) {
      return pairKey(key, packet.source, packet.target, packet.sourcePort, packet.targetPort);
    }
    const sender = pairKey(key, packet.source, packet.target, 0, 0);
    if (protocol === ICMP || protocol === ICMPV6) key[8] = (packet.sourcePort << 8) | packet.targetPort;
    return sender;
  }

  #get(packet: Packet, sender: 0 | 1, nowMs: number): Conversation {
    const known = this.#table.find(this.#key);
    if (known >= 0) return this.#conversations[known]!;
    if (this.#table.total >= CAPACITY) {
      const settled = this.#table.oldest(SETTLED);
      this.#end(settled >= 0 ? settled : this.#table.oldest(FRESH), nowMs);
      this.#evicted++;
    }
    const slot = this.#table.add(this.#key, FRESH);
    this.#conversations[slot] ??= new Conversation();
    const conversation = this.#conversations[slot]!;
    conversation.reset(slot, ++this.#begun, nowMs);
    const receiver = sender === 0 ? 1 : 0;
    conversation.protocol = packet.protocol;
    conversation.opener = sender;
    conversation.hosts[sender] = this.#hosts.get(packet.source);
    conversation.hosts[receiver] = this.#hosts.get(packet.target);
    const isIcmp = conversation.isIcmp;
    conversation.ports[isIcmp ? 0 : sender] = packet.sourcePort;
    conversation.ports[isIcmp ? 1 : receiver] = packet.targetPort;
    return conversation;
  }

  #sample(conversation: Conversation, packet: Packet, sender: 0 | 1, nowMs: number): void {
    const { packets, ports } = conversation;
    if (this.#sampled === undefined || packets[sender] >= this.#sampled.datagrams(ports[0], ports[1])) return;
    const bytes = packet.payload(0, SAMPLED_BYTES);
    if (bytes.length > 0) this.#observe(conversation.sample(sender, packet.payloadBytes, bytes, nowMs));
  }

  #touch(conversation: Conversation): void {
    if (conversation.isDirty) return;
    conversation.isDirty = true;
    this.#dirty.push(conversation);
  }

  #end(slot: number, nowMs: number): void {
    const conversation = this.#conversations[slot]!;
    this.#tell(conversation, nowMs, true);
    conversation.isDirty = false;
    this.#table.remove(slot);
  }

  #tell(conversation: Conversation, nowMs: number, ended: boolean): void {
    if (conversation.isWatched(0)) this.#observe(conversation.observation(0, nowMs, ended));
    if (conversation.isWatched(1)) this.#observe(conversation.observation(1, nowMs, ended));
    conversation.told();
  }
}
