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
import { type Held, HeldBeginnings } from './held-beginnings.ts';

/** Conversations remembered at once. Most are done with after their first second. */
const CONVERSATIONS = 16_384;
/** Sources sample so many segments of each direction of a TCP conversation. */
const SEGMENTS = 2;

/** Protocols that send several messages in one go. */
const GOES_ON: ReadonlySet<string> = new Set(['dns', 'http2', 'ssh', 'stratum', 'tls']);

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
  readonly #held = new HeldBeginnings((held) => this.#settle(held));
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
    this.#held.advance(nowMs);
  }

  /** Samples taken, and beginnings that were let go of before their next segment, for lack of room. */
  get counts(): { readonly samples: number; readonly cutShort: number; readonly heldBytes: number } {
    return { samples: this.#samples, cutShort: this.#held.cutShort, heldBytes: this.#held.bytes };
  }

  get state(): TableState {
    const { size, capacity, evicted } = this.#conversations;
    return { entries: size, capacity, evicted };
  }

  #datagram(seen: PayloadObservation, ends: Ends | undefined, conversation: Conversation, direction: Direction): void {
    direction.samples++;
    const isLast = direction.samples >= SEGMENTS;
    const facts = this.#identify(beginning(seen, seen.bytes, seen.length, isLast), direction.memory) ?? [];
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
    const stream = direction.join(bytes, offset, length) ?? bytes;
    const isJoined = stream === direction.stream;
    const isLast = !isJoined || direction.samples >= SEGMENTS || direction.isBroken;
    const before = direction.told;
    let facts = isJoined ? this.#joinedFacts(seen, ends, conversation, direction, isLast) : [];
    const isNews = isJoined && (offset === 0 || facts.length > before);
    if (!isNews) facts = [...facts, ...this.#ownFacts(seen, ends, conversation)];
    const at = isJoined ? offset : 0;
    this.#inspect(seen, ends, conversation, { payload: bytes, payloadBytes: length, stream, offset: at, facts });
    if (isLast) direction.release();
    else this.#held.hold(conversation, withoutBytes(seen), ends, direction.hold());
  }

  /** Facts of the stream so far that are whole by now; those not told before are told. */
  #joinedFacts(
    seen: PayloadConversation,
    ends: Ends | undefined,
    conversation: Conversation,
    direction: Direction,
    isLast: boolean,
  ): readonly ApplicationFacts[] {
    const { stream } = direction;
    const facts = this.#identify(beginning(seen, stream, direction.wireBytes, isLast), direction.memory) ?? [];
    direction.isWaiting = !isLast && mayGoOn(facts.at(-1));
    for (const each of facts.slice(direction.told)) this.#tell(seen, ends, conversation, each);
    direction.told = Math.max(direction.told, facts.length);
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
    if (facts.protocol !== 'unknown') conversation.protocols.add(facts.protocol);
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
      this.#observe({ kind: 'signature', ...conversationOf(seen), signature }, ends);
    }
  }

  #settle({ conversation, seen, ends }: Held): void {
    for (const sent of [true, false]) {
      const direction = conversation.direction(sent);
      if (!direction.isWaiting) continue;
      const of = { ...seen, sent };
      const { stream } = direction;
      const facts = this.#joinedFacts(of, ends, conversation, direction, true);
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
      if (evicted !== undefined) this.#held.drop(evicted);
    }
    return conversation;
  }
}

/** Whether the stream so far may hold the beginning of a further message that is not whole. */
function mayGoOn(last: ApplicationFacts | undefined): boolean {
  if (last === undefined) return true;
  return last.message !== 'client-hello' && GOES_ON.has(last.protocol);
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
