import type { Evidence } from '@netguard/core';
import { formatDuration } from '../text/duration.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { formatTime } from '../text/time-format.ts';

/** A server may send what it likes: so deep is drawn. */
const DEEPEST = 32;
/** Lines; what is beyond is counted in one more. */
const MOST_LINES = 64;

interface Node {
  readonly id: number;
  readonly parent: number | null;
  readonly name: string;
  readonly ip: string;
  readonly state: string;
  readonly at: string;
  readonly hosts: number;
  readonly failed: number;
}

/** `evidence.tree` of worm-propagation, a pod a line, patient zero first; empty for evidence without one. */
export function infectionTree({ tree, treeOmitted }: Evidence): string[] {
  if (!Array.isArray(tree)) return [];
  const nodes = tree.filter(isNode);
  const children = new Map<number | null, Node[]>();
  const ids = new Set(nodes.map(({ id }) => id));
  for (const node of nodes) {
    const parent = node.parent !== null && ids.has(node.parent) && node.parent !== node.id ? node.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const lines: string[] = [];
  const draw = (node: Node, above: Node | undefined, lead: string, branch: string, depth: number): void => {
    if (depth > DEEPEST || lines.length >= MOST_LINES) return;
    lines.push(`${lead}${branch}${nodeText(node, above)}`);
    const below = children.get(node.id) ?? [];
    const indent = branch === '' ? lead : lead + (branch.startsWith('└') ? '   ' : '│  ');
    below.forEach((child, n) => {
      draw(child, node, indent, n === below.length - 1 ? '└─ ' : '├─ ', depth + 1);
    });
  };
  for (const root of children.get(null) ?? []) draw(root, undefined, '', '', 0);
  const omitted = nodes.length - lines.length + (typeof treeOmitted === 'number' ? treeOmitted : 0);
  return omitted > 0 ? [...lines, `… and ${formatExact(omitted)} more`] : lines;
}

function nodeText({ id, name, ip, state, at, hosts, failed }: Node, above: Node | undefined): string {
  const host = safeText(name === ip ? ip : `${name} (${ip})`);
  const role = above === undefined ? (id === 0 ? 'patient zero' : 'infected by a way that was not seen') : '';
  const when = above === undefined ? `${formatTime(at)} UTC` : since(above.at, at);
  const tried = hosts > 0 ? `tried ${formatExact(hosts)} hosts, ${formatExact(failed)} failed` : '';
  const reached = state === 'infected' ? tried : 'reached, does not spread';
  return [host, role, when, reached].filter((part) => part !== '').join('  ');
}

/** How long after its parent. */
function since(before: string, at: string): string {
  const ms = Date.parse(at) - Date.parse(before);
  return Number.isNaN(ms) ? '' : `+${formatDuration(Math.max(0, ms))}`;
}

function isNode(value: unknown): value is Node {
  if (typeof value !== 'object' || value === null) return false;
  const { id, parent, name, ip, state, at, hosts, failed } = value as Record<string, unknown>;
  return (
    [id, hosts, failed].every((one) => typeof one === 'number') &&
    (parent === null || typeof parent === 'number') &&
    [name, ip, state, at].every((one) => typeof one === 'string')
  );
}
