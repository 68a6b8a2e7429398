import type { ByteRegex } from '../pcre/byte-regex.ts';
import type { Dataset } from '../state/dataset.ts';

/** A number of a rule: its own, or one that an earlier keyword of it extracted (`slot` of 0 or more). */
export interface ByteOperand {
  readonly value: number;
  readonly slot: number;
}

export interface ContentNode {
  readonly kind: 'content';
  readonly bytes: Uint8Array;
  readonly noCase: boolean;
  readonly negated: boolean;
  readonly offset: ByteOperand | undefined;
  /** Bytes from `offset` on. */
  readonly depth: ByteOperand | undefined;
  readonly distance: ByteOperand | undefined;
  readonly within: ByteOperand | undefined;
  readonly endsWith: boolean;
  /** The next keyword looks from where this one matched: when it does not match, another place is tried. */
  readonly relativeNext: boolean;
}

export interface PcreNode {
  readonly kind: 'pcre';
  readonly regex: ByteRegex;
  readonly negated: boolean;
  readonly relative: boolean;
  readonly relativeNext: boolean;
}

export interface IsDataAtNode {
  readonly kind: 'isdataat';
  readonly at: ByteOperand;
  readonly relative: boolean;
  readonly negated: boolean;
}

/** How a number is read: binary, or digits. */
export interface NumberReading {
  readonly bytes: ByteOperand;
  readonly offset: ByteOperand;
  readonly relative: boolean;
  readonly little: boolean;
  readonly base: 'binary' | 8 | 10 | 16;
  readonly bitmask: number | undefined;
}

export interface ByteTestNode {
  readonly kind: 'byte_test';
  readonly reading: NumberReading;
  readonly negated: boolean;
  readonly operator: '<' | '>' | '=' | '<=' | '>=' | '&' | '^';
  readonly value: ByteOperand;
}

export interface ByteJumpNode {
  readonly kind: 'byte_jump';
  readonly reading: NumberReading;
  readonly multiplier: number;
  readonly align: boolean;
  readonly from: 'here' | 'beginning' | 'end';
  readonly postOffset: ByteOperand;
}

export interface ByteExtractNode {
  readonly kind: 'byte_extract';
  readonly reading: NumberReading;
  readonly multiplier: number;
  readonly align: number;
  readonly slot: number;
}

export interface ByteMathNode {
  readonly kind: 'byte_math';
  readonly reading: NumberReading;
  readonly operator: '+' | '-' | '*' | '/' | '<<' | '>>';
  readonly value: ByteOperand;
  readonly slot: number;
}

/** `bsize` and `urilen`: the length of the buffer. */
export interface SizeNode {
  readonly kind: 'size';
  readonly test: (size: number) => boolean;
}

export interface DatasetNode {
  readonly kind: 'dataset';
  readonly set: Dataset;
  readonly command: 'isset' | 'isnotset' | 'set' | 'unset' | 'reputation';
  readonly test: ((score: number) => boolean) | undefined;
}

/** `base64_decode`, with what is looked for in the decoded bytes. */
export interface Base64Node {
  readonly kind: 'base64';
  readonly bytes: number | undefined;
  readonly offset: number;
  readonly relative: boolean;
  readonly inside: readonly MatchNode[];
}

export type MatchNode =
  | ContentNode
  | PcreNode
  | IsDataAtNode
  | ByteTestNode
  | ByteJumpNode
  | ByteExtractNode
  | ByteMathNode
  | SizeNode
  | DatasetNode
  | Base64Node;
