import type { BufferDefinition } from '../buffers/buffer.ts';
import { getBuffer } from '../buffers/buffer-table.ts';
import type { Transform } from '../buffers/transforms.ts';
import type { CompiledRule, FactTest } from '../engine/compiled-rule.ts';
import { RULE_LIMITS } from '../limits.ts';
import type { ContentNode, MatchNode, PcreNode } from '../match/nodes.ts';
import { refuse } from '../problem.ts';
import type { ThresholdRule } from '../state/threshold-table.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type DraftContent = Mutable<ContentNode> & {
  startsWith: boolean;
  /** `fast_pattern`, and the part of it that is looked for. */
  fast: { readonly offset: number; readonly length: number } | 'whole' | undefined;
};

/** A content without modifiers. */
export function plainContent(bytes: Uint8Array, negated: boolean): DraftContent {
  return {
    kind: 'content',
    bytes,
    noCase: false,
    negated,
    offset: undefined,
    depth: undefined,
    distance: undefined,
    within: undefined,
    endsWith: false,
    startsWith: false,
    relativeNext: false,
    fast: undefined,
  };
}

export type DraftNode = Exclude<MatchNode, ContentNode | PcreNode> | DraftContent | Mutable<PcreNode>;

/** A buffer of a rule while its options are read; without a definition it is the payload. */
export interface DraftBuffer {
  readonly definition: BufferDefinition | undefined;
  readonly transforms: Transform[];
  readonly nodes: DraftNode[];
}

/** A rule while its options are read, one after the other. */
export class RuleDraft {
  readonly payload: DraftBuffer = { definition: undefined, transforms: [], nodes: [] };
  readonly buffers: DraftBuffer[] = [];
  readonly checks: CompiledRule['checks'][number][] = [];
  readonly effects: CompiledRule['effects'][number][] = [];
  readonly factTests: FactTest[] = [];
  readonly metadata: Record<string, string[]> = {};
  readonly references: string[] = [];
  readonly slots = new Map<string, number>();
  /** The buffer that a keyword before the contents named. */
  sticky: DraftBuffer | undefined;
  /** Keywords go into what `base64_data` begins. */
  base64: MatchNode[] | undefined;
  lastContent: { readonly node: DraftContent; buffer: DraftBuffer } | undefined;
  /** The buffer of the last keyword that has a place. */
  lastPlaced: DraftBuffer | undefined;
  msg = '';
  sid: number | undefined;
  gid = 1;
  rev = 0;
  classType = '';
  priority: number | undefined;
  target: 'source' | 'destination' | undefined;
  noAlert = false;
  direction: 'to-server' | 'to-client' | undefined;
  established: boolean | undefined;
  payloadMode: 'packet' | 'stream' | undefined;
  sawFlow = false;
  /** A keyword that is of single packets: `dsize`. */
  needsPacket = false;
  /** A keyword that wants packets looked at beside the stream: `stream_size`. */
  alsoPacket = false;
  setsBits = false;
  asksBits = false;
  threshold: ThresholdRule | undefined;
  /** Protocols that keywords other than buffers ask for. */
  application: readonly string[] | undefined;
  contents = 0;
  /** Elements of expressions: counted as work. */
  work = 0;

  /** Begins a buffer whose contents follow. One that a transaction can have several of is begun anew each time. */
  begin(definition: BufferDefinition): void {
    this.base64 = undefined;
    this.sticky = this.bufferOf(definition, definition.isMulti === true);
  }

  /** Back to the payload (`pkt_data`). */
  beginPayload(): void {
    this.base64 = undefined;
    this.sticky = undefined;
  }

  bufferOf(definition: BufferDefinition, anew = false): DraftBuffer {
    const known = this.buffers.findLast((buffer) => buffer.definition === definition);
    if (known !== undefined && known.transforms.length === 0 && !(anew && known.nodes.length > 0)) return known;
    const buffer: DraftBuffer = { definition, transforms: [], nodes: [] };
    this.buffers.push(buffer);
    return buffer;
  }

  addTransform(keyword: string, transform: Transform): void {
    const buffer = this.sticky;
    if (buffer === undefined) refuse(keyword, 'a transformation stands after the buffer it changes');
    if (buffer.nodes.length > 0) {
      // A further use of the same buffer, changed: another buffer.
      const changed: DraftBuffer = { definition: buffer.definition, transforms: [transform], nodes: [] };
      this.buffers.push(changed);
      this.sticky = changed;
      return;
    }
    if (buffer.transforms.length >= RULE_LIMITS.transforms)
      refuse(keyword, `more than ${RULE_LIMITS.transforms} transformations`);
    buffer.transforms.push(transform);
  }

  /** The buffer a keyword without a buffer of its own looks at; a relative one follows the last keyword that has a place. */
  where(relative: boolean): DraftBuffer {
    if (this.sticky !== undefined) return this.sticky;
    return (relative ? this.lastPlaced : undefined) ?? this.payload;
  }

  /** Adds a keyword to a buffer. */
  add(buffer: DraftBuffer, node: DraftNode): void {
    if (this.base64 !== undefined) {
      this.base64.push(node);
      return;
    }
    buffer.nodes.push(node);
    this.lastPlaced = buffer;
  }

  /** The content a modifier belongs to. */
  content(keyword: string): DraftContent {
    return this.lastContent?.node ?? refuse(keyword, 'no content before it');
  }

  /** Moves the last content into a buffer, as modifiers that stand after it do. */
  moveContent(keyword: string, definition: BufferDefinition): void {
    const last = this.lastContent;
    if (last === undefined) refuse(keyword, 'no content before it');
    if (last.buffer !== this.payload || this.base64 !== undefined)
      refuse(keyword, 'its content is of another buffer already');
    const nodes = last.buffer.nodes;
    nodes.splice(nodes.indexOf(last.node), 1);
    const buffer = this.bufferOf(definition);
    buffer.nodes.push(last.node);
    last.buffer = buffer;
    this.lastPlaced = buffer;
  }

  /** The slot of a value that a keyword extracts. */
  newSlot(keyword: string, name: string): number {
    if (!/^[A-Za-z_][\w.-]{0,63}$/.test(name)) refuse(keyword, `${name.slice(0, 64)} is no name`);
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    if (this.slots.size >= RULE_LIMITS.byteValues)
      refuse(keyword, `more than ${RULE_LIMITS.byteValues} extracted values`);
    this.slots.set(name, this.slots.size);
    return this.slots.size - 1;
  }

  /** Asks for one of these protocols. */
  requireApplication(keyword: string, names: readonly string[]): void {
    const both = this.application === undefined ? names : this.application.filter((name) => names.includes(name));
    if (both.length === 0) refuse(keyword, `not of ${this.application?.join(', ')}, which other keywords ask for`);
    this.application = both;
  }

  uriBuffer(isRaw: boolean): DraftBuffer {
    return this.bufferOf(getBuffer(isRaw ? 'http.uri.raw' : 'http.uri'));
  }
}
