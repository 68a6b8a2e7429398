import type { DescribedManifest, GeneratedRule, Manifest } from '@netguard/core';
import { Document, isMap, isScalar, isSeq, type Node, visit } from 'yaml';
import { safeText } from '../text/safe-text.ts';

const COLUMNS = 110;
/** What every reader of YAML, of whichever version, takes for a text without quotes. */
const PLAIN = /^[A-Za-z][\w./-]*$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** One document of YAML. Names come from the cluster: whatever could be taken for something else is quoted. */
export function manifestYaml(manifest: Manifest): string {
  return textOf(documentOf(manifest));
}

/** The same with comments: `head` above it, and above each rule what `ruleLines` says of it. */
export function commentedYaml(
  { manifest, ingress, egress }: DescribedManifest,
  head: readonly string[],
  ruleLines: (rule: GeneratedRule) => readonly string[],
): string {
  const document = documentOf(manifest);
  for (const [direction, rules] of Object.entries({ ingress, egress })) {
    const list = document.getIn(['spec', direction], true);
    if (!isSeq(list)) continue;
    for (const [index, rule] of rules.entries()) {
      const lines = rule === null ? [] : ruleLines(rule);
      if (lines.length > 0) (list.items[index] as Node).commentBefore = commentText(lines);
    }
  }
  const above = head.length > 0 ? `${commentText(head).replace(/^/gm, '#')}\n` : '';
  return `${above}${textOf(document)}`;
}

/** Lines of a comment, as `yaml` wants them: no line of ours can end it. */
export function commentText(lines: readonly string[]): string {
  return lines.flatMap((line) => folded(safeText(line))).join('\n');
}

function documentOf(manifest: Manifest): Document {
  const document = new Document(manifest, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && needsQuotes(node.value)) node.type = 'QUOTE_DOUBLE';
    },
    Collection(_key, node) {
      const isEmpty = isMap(node) || isSeq(node) ? node.items.length === 0 : false;
      if (isEmpty) node.flow = true;
    },
    Pair(_key, { key }) {
      if (isScalar(key) && typeof key.value === 'string' && needsQuotes(key.value)) key.type = 'QUOTE_DOUBLE';
    },
  });
  return document;
}

function needsQuotes(text: string): boolean {
  return !PLAIN.test(text) || WORDS.test(text);
}

function textOf(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

/** A long line in several, the later ones further in. */
function folded(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > COLUMNS) {
    const space = rest.lastIndexOf(' ', COLUMNS);
    if (space <= 2) break;
    lines.push(` ${rest.slice(0, space)}`);
    rest = `  ${rest.slice(space + 1)}`;
  }
  return [...lines, ` ${rest}`];
}
