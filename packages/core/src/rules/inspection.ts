import type { Endpoint } from '../endpoint.ts';
import type { Socket } from '../observation.ts';
import type { ApplicationFacts } from '../payload/facts.ts';

/** What rules remember of a conversation: its flow bits, and what matched already. Made and kept with the conversation. */
export interface RuleMemory {
  flowBits: Set<string> | undefined;
  /** Rules that matched in this conversation: one that looks at the stream tells once. */
  matched: Set<number> | undefined;
  /** Rules of which some buffers matched in earlier messages of a conversation that is one transaction (TLS, SSH). */
  partial?: Map<number, number>;
  /**
   * Messages that rules matched in, by direction, while the same messages are looked at again with more bytes: rule and place
   * of the message among the facts in one number.
   */
  toldToServer?: Set<number>;
  toldToClient?: Set<number>;
  /** Payload bytes each end sent, as far as samples tell. */
  clientBytes?: number;
  serverBytes?: number;
  /** A rule said that the conversation is to be passed. */
  passed?: boolean;
}

/** One sample as rules see it. Valid during the call only. */
export interface Inspection {
  readonly timeMs: number;
  readonly transport: 'TCP' | 'UDP';
  readonly source: Socket;
  readonly destination: Socket;
  /** Undefined: nobody knows which end began the conversation. */
  readonly toServer: boolean | undefined;
  /** TCP: the handshake was seen, or both ends sent payload. */
  readonly established: boolean;
  /** Payload of this packet as sampled, and its length on the wire. */
  readonly payload: Uint8Array;
  readonly payloadBytes: number;
  /** TCP: all that was sampled of this direction from its beginning without a gap, this packet's included; UDP: the payload. */
  readonly stream: Uint8Array;
  /** Where `payload` begins in `stream`. */
  readonly offset: number;
  /** Facts that this packet completed, of this direction. */
  readonly facts: readonly ApplicationFacts[];
  /** Protocols this conversation is known to speak, either direction, `facts` included. */
  readonly protocols: ReadonlySet<string>;
  readonly memory: RuleMemory;
  /** Who they are, as far as it is known: for `k8s.*` keywords and variables of address groups. */
  readonly sourceEndpoint?: Endpoint;
  readonly destinationEndpoint?: Endpoint;
}

/** Many byte patterns looked for at once. */
export interface MultiPattern {
  /** Calls `found` with the index of each pattern that occurs in `bytes`, at least once; it may be called again for the same. */
  scan(bytes: Uint8Array, found: (index: number) => void): void;
  close(): void;
}

export interface BytePattern {
  readonly bytes: Uint8Array;
  /** ASCII letters of either case match. */
  readonly noCase: boolean;
}

export type MakeMultiPattern = (patterns: readonly BytePattern[]) => MultiPattern;
