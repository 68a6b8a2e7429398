import { RULE_LIMITS, RULE_RUN_LIMITS } from '../limits.ts';
import { decodeBase64 } from './base64.ts';
import { findBytes } from './find-bytes.ts';
import type { Base64Node, ContentNode, DatasetNode, IsDataAtNode, MatchNode, PcreNode } from './nodes.ts';
import { runNumberNode } from './number-nodes.ts';
import { operand, type ReadNumber } from './read-number.ts';

/** It does not match here; an earlier keyword may match elsewhere and it is asked again. */
const NO = 0;
const YES = 1;
/** It does not match, wherever earlier keywords match. */
const NEVER = -1;

type Verdict = typeof NO | typeof YES | typeof NEVER;

/**
 * Looks for the keywords of one buffer, in their order, as Suricata does (detect-engine-content-inspection.c): a keyword that
 * is relative starts where the one before it matched; when it does not match, the one before it is tried at its next place.
 * One for all rules: it holds the position and what was extracted while a rule is evaluated.
 */
export class ContentRun {
  readonly values = new Float64Array(RULE_LIMITS.byteValues);
  readonly number: ReadNumber = { value: 0, end: 0 };
  /** Where the last keyword matched: relative ones start there. */
  position = 0;
  /** Among the facts of the sample, the one that a rule's buffers last matched in. */
  factIndex = 0;
  #keywords = 0;
  /** Evaluations that looked at too many keywords. */
  overruns = 0;

  /** Whether all `nodes` match in `buffer`. */
  matches(nodes: readonly MatchNode[], buffer: Uint8Array): boolean {
    this.position = 0;
    this.#keywords = 0;
    return this.#from(nodes, 0, buffer) === YES;
  }

  #from(nodes: readonly MatchNode[], index: number, buffer: Uint8Array): Verdict {
    const node = nodes[index];
    if (node === undefined) return YES;
    if (++this.#keywords > RULE_RUN_LIMITS.keywords) {
      if (this.#keywords === RULE_RUN_LIMITS.keywords + 1) this.overruns++;
      return NEVER;
    }
    switch (node.kind) {
      case 'content':
        return node.negated ? this.#absent(node, nodes, index, buffer) : this.#content(node, nodes, index, buffer);
      case 'pcre':
        return this.#pcre(node, nodes, index, buffer);
      case 'isdataat':
        return this.#then(isDataAt(this, node, buffer), nodes, index, buffer);
      case 'size':
        return this.#then(node.test(buffer.length) ? YES : NEVER, nodes, index, buffer);
      case 'dataset':
        return this.#then(inDataset(node, buffer) ? YES : NEVER, nodes, index, buffer);
      case 'base64':
        return this.#base64(node, buffer);
      default:
        return this.#then(runNumberNode(this, node, buffer) ? YES : NO, nodes, index, buffer);
    }
  }

  #then(verdict: Verdict, nodes: readonly MatchNode[], index: number, buffer: Uint8Array): Verdict {
    return verdict === YES ? this.#from(nodes, index + 1, buffer) : verdict;
  }

  #content(node: ContentNode, nodes: readonly MatchNode[], index: number, buffer: Uint8Array): Verdict {
    const to = lastOf(node, this, buffer.length);
    let from = firstOf(node, this);
    const missing = isRelative(node) ? NO : NEVER;
    const length = node.bytes.length;
    if (node.endsWith) {
      if (to < buffer.length || to - length < from) return missing;
      from = to - length;
    }
    for (;;) {
      const found = findBytes(buffer, node.bytes, node.noCase, from, to);
      if (found < 0) return missing;
      this.position = found + length;
      const verdict = this.#from(nodes, index + 1, buffer);
      if (verdict !== NO) return verdict;
      if (!node.relativeNext) return NEVER;
      from = found + 1;
    }
  }

  #absent(node: ContentNode, nodes: readonly MatchNode[], index: number, buffer: Uint8Array): Verdict {
    const to = lastOf(node, this, buffer.length);
    let from = firstOf(node, this);
    if (node.endsWith) from = Math.max(from, buffer.length - node.bytes.length);
    const isFound = findBytes(buffer, node.bytes, node.noCase, from, to) >= 0;
    if (isFound) return isRelative(node) ? NO : NEVER;
    return this.#from(nodes, index + 1, buffer);
  }

  #pcre(node: PcreNode, nodes: readonly MatchNode[], index: number, buffer: Uint8Array): Verdict {
    const { regex } = node;
    const base = node.relative ? Math.min(this.position, buffer.length) : 0;
    for (let from = base; from <= buffer.length; ) {
      const overruns = regex.overruns;
      const end = regex.search(buffer, base, buffer.length, from);
      if (regex.overruns > overruns) return NO;
      if (node.negated) return end < 0 ? this.#from(nodes, index + 1, buffer) : NO;
      if (end < 0) return NO;
      const start = regex.start;
      this.position = end;
      const verdict = this.#from(nodes, index + 1, buffer);
      if (verdict !== NO || !node.relativeNext) return verdict;
      from = start + 1;
    }
    return NO;
  }

  #base64(node: Base64Node, buffer: Uint8Array): Verdict {
    const start = node.offset + (node.relative ? this.position : 0);
    const end = node.bytes === undefined ? buffer.length : Math.min(buffer.length, start + node.bytes);
    const decoded = decodeBase64(buffer, start, end);
    if (decoded.length === 0) return NO;
    this.position = 0;
    return this.#from(node.inside, 0, decoded);
  }
}

function isRelative(node: ContentNode): boolean {
  return node.distance !== undefined || node.within !== undefined;
}

/** Where a pattern may begin at the earliest. */
function firstOf(node: ContentNode, { position, values }: ContentRun): number {
  const offset = node.offset === undefined ? 0 : operand(node.offset, values);
  if (!isRelative(node)) return offset;
  const distance = node.distance === undefined ? 0 : operand(node.distance, values);
  return Math.max(0, position + distance, offset);
}

/** Where it must have ended. */
function lastOf(node: ContentNode, { position, values }: ContentRun, length: number): number {
  let last = length;
  const offset = node.offset === undefined ? 0 : operand(node.offset, values);
  const relative = isRelative(node);
  if (node.depth !== undefined) {
    last = Math.min(last, operand(node.depth, values) + offset + (relative ? position : 0));
  }
  if (node.within !== undefined) {
    const distance = node.distance === undefined ? 0 : operand(node.distance, values);
    const bound = position + operand(node.within, values) + distance;
    // Before the first byte: Suricata's number wraps around there, and nothing bounds the search.
    if (bound >= 0) last = Math.min(last, bound);
  }
  return last;
}

function isDataAt({ position, values }: ContentRun, node: IsDataAtNode, buffer: Uint8Array): Verdict {
  const at = operand(node.at, values);
  const there = node.relative ? position + at <= buffer.length : at < buffer.length;
  if (there !== node.negated) return YES;
  return !node.relative && node.at.slot < 0 ? NEVER : NO;
}

function inDataset({ set, command, test }: DatasetNode, buffer: Uint8Array): boolean {
  switch (command) {
    case 'isset':
      return set.has(buffer);
    case 'isnotset':
      return !set.has(buffer);
    case 'set':
      return set.add(buffer);
    case 'unset':
      return set.remove(buffer);
    case 'reputation': {
      const score = set.score(buffer);
      return score !== undefined && (test?.(score) ?? false);
    }
    default:
      return command satisfies never;
  }
}
