import type { ApplicationFacts } from '../../payload/facts.ts';
import type { BufferDefinition } from '../buffers/buffer.ts';
import type { Transform } from '../buffers/transforms.ts';
import type { AddressSet } from '../header/address-set.ts';
import type { PortSet } from '../header/port-set.ts';
import type { RuleProtocol } from '../header/rule-protocol.ts';
import type { MatchNode, PcreNode } from '../match/nodes.ts';
import type { SignatureMatch } from '../signature-match.ts';
import type { ThresholdRule } from '../state/threshold-table.ts';
import type { RuleContext } from './rule-context.ts';

/** A buffer with its transformations, one object for all rules that look at it. */
export interface BufferSlot {
  readonly id: number;
  readonly key: string;
  readonly definition: BufferDefinition;
  readonly transforms: readonly Transform[];
}

export interface BufferMatch {
  readonly slot: BufferSlot;
  readonly nodes: readonly MatchNode[];
}

/** Something facts must be besides what their buffers hold: a version, a code. */
export interface FactTest {
  readonly protocols: readonly string[];
  test(facts: ApplicationFacts): boolean;
}

/** What is looked for before a rule is evaluated. */
export interface FastPattern {
  /** Undefined: the payload. */
  readonly slot: BufferSlot | undefined;
  readonly bytes: Uint8Array;
  readonly noCase: boolean;
}

export interface CompiledRule {
  /** Its place in the order of evaluation. */
  index: number;
  readonly signature: SignatureMatch;
  readonly isPass: boolean;
  readonly noAlert: boolean;
  readonly protocol: RuleProtocol;
  readonly source: AddressSet;
  readonly sourcePorts: PortSet;
  readonly destination: AddressSet;
  readonly destinationPorts: PortSet;
  readonly isBothWays: boolean;
  readonly direction: 'to-server' | 'to-client' | undefined;
  readonly established: boolean | undefined;
  readonly payload: readonly MatchNode[];
  readonly payloadMode: 'packet' | 'stream' | 'both';
  readonly buffers: readonly BufferMatch[];
  /** Its buffers come in different messages of one transaction. */
  readonly isSplit: boolean;
  readonly factTests: readonly FactTest[];
  /** What must hold of the sample and of what is remembered. */
  readonly checks: readonly ((context: RuleContext) => boolean)[];
  /** What is remembered when it matched. */
  readonly effects: readonly ((context: RuleContext) => void)[];
  readonly threshold: ThresholdRule | undefined;
  readonly fastPattern: FastPattern | undefined;
  /** Rules that set flow bits come before those that ask for them. */
  readonly rank: number;
  readonly regexes: readonly PcreNode[];
  checked: number;
  matched: number;
}
