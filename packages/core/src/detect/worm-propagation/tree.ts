import { type Endpoint, endpointName, workloadKey } from '../../endpoint.ts';
import { formatTime } from '../../rfc3339.ts';
import type { Infection } from './infection.ts';
import { type Contact, infectsMs, isInfectable, type Member } from './member.ts';
import type { Outbreak } from './outbreak.ts';

/** Entries of a tree that are told; infected pods come before those that were merely reached. */
const MOST_NODES = 64;

/** One pod of the tree, its parent before it. `parent` is the `id` of who infected it, or null. */
export interface TreeNode {
  readonly id: number;
  readonly parent: number | null;
  readonly name: string;
  readonly ip: string;
  readonly workload?: string;
  /** `infected`: it spreads. `reached`: an infected pod got through to it, and it does not spread, or not yet. */
  readonly state: 'infected' | 'reached';
  /** RFC 3339. */
  readonly at: string;
  /** Patient zero is the first. */
  readonly generation: number;
  /** Hosts that it contacted and that it could not be expected to, and those of them that did not answer. */
  readonly hosts: number;
  readonly failed: number;
}

export interface Tree {
  readonly nodes: readonly TreeNode[];
  readonly omitted: number;
  readonly generations: number;
  readonly reached: number;
}

/** The tree of an outbreak, patient zero first, then level by level in the order of infection. */
export function treeOf({ infections, zero }: Outbreak): Tree {
  const levels = inOrder(infections, zero);
  const ids = new Map<Member, number>();
  const nodes: TreeNode[] = [];
  for (const { infection, generation, parent } of levels) {
    const { member, atMs, spread } = infection;
    ids.set(member, nodes.length);
    const failed = spread.suspicious.filter(({ novelty }) => novelty === 'dark').length;
    const numbers = { generation, hosts: spread.suspicious.length, failed };
    const at = formatTime(atMs);
    nodes.push({
      id: nodes.length,
      parent: parentId(parent, ids),
      ...named(member.endpoint),
      state: 'infected',
      at,
      ...numbers,
    });
  }
  const deepest = nodes.reduce((most, { generation }) => Math.max(most, generation), 0);
  const reached = reachedBy(infections);
  for (const contact of reached) {
    const parent = ids.get(contact.from) as number;
    const at = formatTime(infectsMs(contact));
    const generation = (nodes[parent] as TreeNode).generation + 1;
    const { endpoint } = contact.to;
    nodes.push({ id: nodes.length, parent, ...named(endpoint), state: 'reached', at, generation, hosts: 0, failed: 0 });
  }
  const shown = nodes.slice(0, MOST_NODES);
  return { nodes: shown, omitted: nodes.length - shown.length, generations: deepest, reached: reached.length };
}

interface Placed {
  readonly infection: Infection;
  readonly generation: number;
  readonly parent: Member | undefined;
}

/** Level by level from the roots, the told patient zero first: whatever was learned later, nobody infected it. */
function inOrder(infections: readonly Infection[], zero: Member): Placed[] {
  const known = new Set(infections.map(({ member }) => member));
  const children = new Map<Member | undefined, Infection[]>();
  for (const infection of infections) {
    const above = infection.member === zero ? undefined : infection.parent?.member;
    const parent = above !== undefined && known.has(above) ? above : undefined;
    children.set(parent, [...(children.get(parent) ?? []), infection]);
  }
  const roots = (children.get(undefined) ?? []).toSorted(
    (a, b) => Number(b.member === zero) - Number(a.member === zero),
  );
  const placed: Placed[] = roots.map((infection) => ({ infection, generation: 1, parent: undefined }));
  for (const { infection, generation } of placed) {
    for (const child of children.get(infection.member) ?? []) {
      placed.push({ infection: child, generation: generation + 1, parent: infection.member });
    }
  }
  return placed;
}

/** The contact by which an infected pod first got through to each that does not spread, oldest first. */
function reachedBy(infections: readonly Infection[]): Contact[] {
  const infected = new Set(infections.map(({ member }) => member));
  const first = new Map<Member, Contact>();
  for (const { spread, atMs } of infections) {
    for (const contact of [...spread.suspicious, ...spread.ordinary]) {
      const { to, isAnswered } = contact;
      if (!isAnswered || infected.has(to) || to.isService || !isInfectable(to.endpoint)) continue;
      if (infectsMs(contact) < atMs) continue;
      const known = first.get(to);
      if (known === undefined || infectsMs(contact) < infectsMs(known)) first.set(to, contact);
    }
  }
  return [...first.values()].sort((a, b) => infectsMs(a) - infectsMs(b) || (a.key < b.key ? -1 : 1));
}

function parentId(parent: Member | undefined, ids: ReadonlyMap<Member, number>): number | null {
  return parent === undefined ? null : (ids.get(parent) ?? null);
}

function named(endpoint: Endpoint): Pick<TreeNode, 'name' | 'ip' | 'workload'> {
  const { ip, workload } = endpoint;
  return {
    name: endpointName(endpoint),
    ip,
    ...(workload === undefined ? undefined : { workload: workloadKey(endpoint) }),
  };
}
