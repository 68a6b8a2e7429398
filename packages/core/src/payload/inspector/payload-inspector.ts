import type { Endpoint } from '../../endpoint.ts';
import type {
  ApplicationObservation,
  PayloadConversation,
  PayloadObservation,
  SignatureObservation,
} from '../../observation.ts';
import type { Inspection } from '../../rules/inspection.ts';
import type { SignatureMatch } from '../../rules/signature-match.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ApplicationFacts } from '../facts.ts';
import { type Beginning, identifyApplication, identifyMemory } from '../identify.ts';
import { Conversation } from './conversation.ts';
import type { Direction } from './direction.ts';
import { type Waiting, WaitingList } from './waiting-list.ts';

/** Conversations remembered at once. Most are done with after their first second. */
const CONVERSATIONS = 16_384;
/** Sources sample so many segments of each direction of a TCP conversation. */
const SEGMENTS = 2;
/** Two segments, joined. Longer ones are of batches, which stand for themselves. */
const JOINED_BYTES = 65_536;

/** What makes facts of a beginning; `identifyApplication` but in tests. */
export type Identify = typeof identifyApplication;

/** Rules over samples. */
export interface SampleRules {
  inspect(inspection: Inspection): readonly SignatureMatch[];
}

export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export interface PayloadInspectorOptions {
  readonly identify?: Identify;
  /** Hears what was found, during the call that takes a sample or lets time pass. */
  readonly observe: (observation: ApplicationObservation | SignatureObservation, ends: Ends | undefined) => void;
}

/** A sample as rules see it, beside what they know of its conversation. */
interface Look {
  readonly payload: Uint8Array;
  readonly payloadBytes: number;
  readonly stream: Uint8Array;
  readonly offset: number;
  readonly facts: readonly ApplicationFacts[];
}

/**
 * Payload samples → facts and signatures. The first segments of each direction are joined and given to the parsers; a message
 * is told once, whole where that is possible. Bounded by conversations and by bytes.
 */
export class PayloadInspector {
  /** May be changed between samples. */
  rules: SampleRules | undefined;
  readonly #identify: Identify;
  readonly #observe: PayloadInspectorOptions['observe'];
  readonly #conversations = new Lru<string, Conversation>(CONVERSATIONS);
  readonly #waiting = new WaitingList((waiting) => this.#settle(waiting));
  readonly #joined = new Uint8Array(JOINED_BYTES);
  #samples = 0;

  constructor({ identify = identifyApplication, observe }: PayloadInspectorOptions) {
    this.#identify = identify;
    this.#observe = observe;
  }

  /** `ends`: who they are, for rules that ask. The sample is used during the call only. */
  sample(seen: PayloadObservation, ends?: Ends): void {
    this.#samples++;
    const conversation = this.#conversationOf(seen.id);
    const direction = conversation.direction(seen.sent);
    if (seen.transport === 'UDP') this.#datagram(seen, ends, conversation, direction);
    else this.#segment(seen, ends, conversation, direction);
  }

  /** Takes as they are directions whose next segment has not come. Call it a few times a second. */
  advance(nowMs: number): void {
    this.#waiting.advance(nowMs);
  }

  /** Samples taken, and beginnings that were let go of before their next segment, for lack of room. */
  get counts(): { readonly samples: number; readonly cutShort: number; readonly waiting: number } {
    return { samples: this.#samples, cutShort: this.#waiting.cutShort, waiting: this.#waiting.size };
  }

  get state(): TableState {
    const { size, capacity, evicted } = this.#conversations;
    return { entries: size, capacity, evicted };
  }

  #datagram(seen: PayloadObservation, ends: Ends | undefined, conversation: Conversation, direction: Direction): void {
    direction.samples++;
    const isLast = direction.samples >= SEGMENTS;
    const facts = this.#identify(beginning(seen, seen.bytes, seen.length, isLast), direction) ?? [];
    for (const each of facts) this.#tell(seen, ends, conversation, each);
    this.#inspect(seen, ends, conversation, {
      payload: seen.bytes,
      payloadBytes: seen.length,
      stream: seen.bytes,
      offset: 0,
      facts,
    });
  }

  #segment(seen: PayloadObservation, ends: Ends | undefined, conversation: Conversation, direction: Direction): void {
    const { bytes, offset, length } = seen;
    direction.samples++;
    const joined = this.#join(direction, seen);
    const stream = joined ?? bytes;
    const isLast = joined === undefined || direction.samples >= SEGMENTS || bytes.length < length;
    const before = direction.told;
    let facts = joined === undefined ? [] : this.#joinedFacts(seen, ends, conversation, direction, joined, isLast);
    const isNews = joined !== undefined && (offset === 0 || facts.length > before);
    if (!isNews) facts = [...facts, ...this.#ownFacts(seen, ends, conversation)];
    const at = joined === undefined ? 0 : offset;
    this.#inspect(seen, ends, conversation, { payload: bytes, payloadBytes: length, stream, offset: at, facts });
    if (isLast) direction.release();
    else if (direction.isWaiting || this.rules !== undefined)
      this.#waiting.keep(direction, stream, { conversation, seen: withoutBytes(seen), ends });
  }

  /** The stream so far with this segment at its end, valid during the call; undefined: it does not join what is known. */
  #join(direction: Direction, { bytes, offset, length }: PayloadObservation): Uint8Array | undefined {
    if (!direction.isNext(offset)) return undefined;
    direction.wireBytes = offset + length;
    if (offset === 0) return bytes;
    const before = this.#waiting.streamOf(direction);
    if (before === undefined || offset + bytes.length > JOINED_BYTES) return undefined;
    this.#joined.set(before);
    this.#joined.set(bytes, offset);
    return this.#joined.subarray(0, offset + bytes.length);
  }

  /** Facts of the stream so far that are whole by now; those not told before are told. */
  #joinedFacts(
    seen: PayloadConversation,
    ends: Ends | undefined,
    conversation: Conversation,
    direction: Direction,
    stream: Uint8Array,
    isLast: boolean,
  ): readonly ApplicationFacts[] {
    const facts = this.#identify(beginning(seen, stream, direction.wireBytes, isLast), direction) ?? [];
    for (const each of facts.slice(direction.told)) this.#tell(seen, ends, conversation, each);
    direction.noteFacts(facts, isLast);
    return facts;
  }

  /** A segment that tells nothing as part of the beginning: a later message, or the middle of one, which nobody knows. */
  #ownFacts(seen: PayloadObservation, ends: Ends | undefined, conversation: Conversation): readonly ApplicationFacts[] {
    const known = this.#identify(beginning(seen, seen.bytes, seen.length, true), identifyMemory()) ?? [];
    const { protocols } = conversation;
    const facts = known.filter(({ protocol: of }) => of !== 'unknown' && (protocols.size === 0 || protocols.has(of)));
    for (const each of facts) this.#tell(seen, ends, conversation, each);
    return facts;
  }

  #tell(seen: PayloadConversation, ends: Ends | undefined, conversation: Conversation, facts: ApplicationFacts): void {
    if (facts.protocol !== 'unknown') conversation.speaks(facts.protocol);
    this.#observe({ kind: 'application', ...conversationOf(seen), facts }, ends);
  }

  #inspect(seen: PayloadConversation, ends: Ends | undefined, conversation: Conversation, look: Look): void {
    if (this.rules === undefined) return;
    const matches = this.rules.inspect({
      timeMs: seen.timeMs,
      transport: seen.transport,
      source: seen.sent ? seen.local : seen.remote,
      destination: seen.sent ? seen.remote : seen.local,
      toServer: toServer(seen),
      established: conversation.isEstablished(seen.transport),
      protocols: conversation.protocols,
      memory: conversation.memory,
      ...look,
      ...(ends && {
        sourceEndpoint: seen.sent ? ends.local : ends.remote,
        destinationEndpoint: seen.sent ? ends.remote : ends.local,
      }),
    });
    for (const signature of matches) {
      this.#observe({ kind: 'signature', ...conversationOf(seen), signature, facts: look.facts }, ends);
    }
  }

  #settle({ conversation, seen, ends }: Waiting): void {
    for (const [sent, direction] of conversation.directions) {
      const stream = direction.isWaiting ? this.#waiting.streamOf(direction) : undefined;
      if (stream === undefined) continue;
      const of = { ...seen, sent };
      const facts = this.#joinedFacts(of, ends, conversation, direction, stream, true);
      const payload = stream.subarray(stream.length);
      if (facts.length > 0)
        this.#inspect(of, ends, conversation, { payload, payloadBytes: 0, stream, offset: stream.length, facts });
    }
  }

  #conversationOf(id: string): Conversation {
    let conversation = this.#conversations.get(id);
    if (conversation === undefined) {
      conversation = new Conversation();
      const evicted = this.#conversations.set(id, conversation);
      if (evicted !== undefined) this.#waiting.forget(evicted);
    }
    return conversation;
  }
}

function toServer({ role, sent }: PayloadConversation): boolean | undefined {
  return role === 'unknown' ? undefined : (role === 'client') === sent;
}

function beginning(seen: PayloadConversation, bytes: Uint8Array, wireLength: number, isLast: boolean): Beginning {
  const { transport, sent, local, remote } = seen;
  const [source, destination] = sent ? [local, remote] : [remote, local];
  return {
    bytes,
    wireLength,
    transport,
    sourcePort: source.port,
    destinationPort: destination.port,
    toServer: toServer(seen),
    isLast,
  };
}

function withoutBytes({ bytes: _, ...rest }: PayloadObservation): PayloadConversation {
  return rest;
}

function conversationOf(seen: PayloadConversation): PayloadConversation {
  const { timeMs, transport, id, role, cgroupId, netns, local, remote, sent } = seen;
  return { timeMs, transport, id, role, cgroupId, netns, local, remote, sent };
}
