import type { Finding } from '../../alert/alert.ts';
import type { Infection } from './infection.ts';
import type { Member } from './member.ts';
import type { WormParameters } from './parameters.ts';

/** Whether so much hangs together that it is a worm: three generations, or three workloads; never the pods of one workload alone. */
export function isWorm(group: readonly Infection[], p: WormParameters): boolean {
  const workloads = workloadsOf(group);
  if (workloads < 2 || hostsOf(group) < p.treeHosts) return false;
  return workloads >= p.infected || generationsOf(group) >= p.generations;
}

/** Hosts that the infected pods contacted and had no business with, each pod's own. */
export function hostsOf(group: readonly Infection[]): number {
  return group.reduce((sum, { spread }) => sum + spread.suspicious.length, 0);
}

export function workloadsOf(group: readonly Infection[]): number {
  return new Set(group.map(({ member }) => member.workload)).size;
}

export function generationsOf(group: readonly Infection[]): number {
  return group.reduce((deepest, { generation }) => Math.max(deepest, generation), 0);
}

/** A worm that is being told. Who is in it stays in it, and its patient zero is who was it when it was first told. */
export class Outbreak {
  readonly port: number;
  readonly zero: Member;
  readonly sinceMs: number;
  /** Oldest infection first. */
  infections: readonly Infection[] = [];
  /** When an infected pod last contacted another host for the first time. */
  lastMs = Number.NEGATIVE_INFINITY;
  /** What was said of it when nothing had moved: the same again. */
  said: Finding | undefined;
  #members: ReadonlySet<Member> = new Set();
  #contacts = 0;
  #reported = 0;

  constructor(group: readonly Infection[]) {
    const first = (group.find(({ parent }) => parent === undefined) ?? group[0]) as Infection;
    this.zero = first.member;
    this.port = first.member.port;
    this.sinceMs = first.atMs;
    this.grow(group);
  }

  /** Takes in what is known of it now. */
  grow(group: readonly Infection[]): void {
    const now = new Set(group.map(({ member }) => member));
    const others = this.infections.filter(({ member }) => !now.has(member));
    this.infections = [...others, ...group].sort((a, b) => a.atMs - b.atMs || a.generation - b.generation);
    this.#members = new Set(this.infections.map(({ member }) => member));
    for (const { member, spread } of this.infections) {
      member.isHeld = true;
      for (const { firstMs } of spread.suspicious) this.lastMs = Math.max(this.lastMs, firstMs);
    }
    this.#contacts = Math.max(this.#contacts, hostsOf(this.infections));
    this.said = undefined;
  }

  has(member: Member): boolean {
    return this.#members.has(member);
  }

  /** Suspicious contacts since it was last asked. */
  takeUnreported(): number {
    const count = this.#contacts - this.#reported;
    this.#reported = this.#contacts;
    return count;
  }

  end(): void {
    for (const { member } of this.infections) member.isHeld = false;
  }
}
