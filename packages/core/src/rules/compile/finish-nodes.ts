import { LOWER } from '../match/find-bytes.ts';
import type { MatchNode, PcreNode } from '../match/nodes.ts';
import { refuse } from '../problem.ts';
import type { DraftBuffer, DraftNode } from './rule-draft.ts';

/** What is left to do for the keywords of a buffer once all are known. @throws RuleRefusal */
export function finishNodes(buffer: DraftBuffer): readonly MatchNode[] {
  const foldsCase = buffer.definition?.foldsCase === true && buffer.transforms.every(({ key }) => key === 'dotprefix');
  finish(buffer.nodes, foldsCase);
  return buffer.nodes;
}

function finish(nodes: readonly DraftNode[], foldsCase: boolean): void {
  let before: Extract<DraftNode, { relativeNext: boolean }> | undefined;
  for (const node of nodes) {
    if (before !== undefined && isRelative(node)) before.relativeNext = true;
    if (node.kind === 'content') {
      checkPlaces(node);
      if (foldsCase && !node.noCase) {
        node.noCase = true;
        node.bytes = node.bytes.map((byte) => LOWER[byte]!);
      }
    }
    if (node.kind === 'base64') {
      // The node before is tried elsewhere when what it leads to does not decode to what is looked for.
      finish(node.inside as DraftNode[], false);
    }
    if (node.kind === 'content' || node.kind === 'pcre') before = node;
  }
}

function isRelative(node: DraftNode): boolean {
  switch (node.kind) {
    case 'content':
      return node.distance !== undefined || node.within !== undefined;
    case 'pcre':
    case 'isdataat':
    case 'base64':
      return node.relative;
    case 'byte_test':
    case 'byte_jump':
    case 'byte_extract':
    case 'byte_math':
      return node.reading.relative;
    default:
      return false;
  }
}

function checkPlaces(node: DraftNode & { kind: 'content' }): void {
  const length = node.bytes.length;
  for (const keyword of ['depth', 'within'] as const) {
    const place = node[keyword];
    if (place !== undefined && place.slot < 0 && place.value < length) {
      refuse(keyword, `${place.value} is less than the ${length} bytes of its content`);
    }
  }
}

/** All expressions among the keywords, those in decoded data too. */
export function regexesIn(nodes: readonly MatchNode[]): PcreNode[] {
  return nodes.flatMap((node) =>
    node.kind === 'pcre' ? [node] : node.kind === 'base64' ? regexesIn(node.inside) : [],
  );
}
