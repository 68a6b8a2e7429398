import assert from 'node:assert/strict';
import type { Member } from '../../packages/cli/src/lab/member.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { Program } from '../e2e/support/program.ts';
import type { Cluster } from './cluster.ts';
import type { Activity, Target, Work } from './programs/activity.ts';
import type { PodRole, Twin } from './twin.ts';

/** Relative to the programs of the end-to-end tests. */
const POD_PROGRAM = '../../../soak/programs/pod';

/** A host of this role is the cluster's API server. */
const API_SERVER = 'api-server';

/** One twin at work: its members and programs. */
export class TwinStage {
  readonly twin: Twin;
  readonly cluster: Cluster;
  /** Length of a cycle: bursts are set to come once in it. */
  readonly cycleSeconds: number;
  readonly signal: AbortSignal;
  readonly work: Work = { done: 0, failed: 0 };
  /** Programs that ended though nobody told them to. */
  readonly troubles: string[] = [];
  readonly #members = new Map<string, Member>();
  readonly #pods = new Map<string, Pod>();
  readonly #programs = new Map<string, Program[]>();

  constructor(twin: Twin, cluster: Cluster, cycleSeconds: number, signal: AbortSignal) {
    this.twin = twin;
    this.cluster = cluster;
    this.cycleSeconds = cycleSeconds;
    this.signal = signal;
  }

  async cast(): Promise<void> {
    for (const { role, pod } of await this.cluster.addPods(this.twin.id, this.twin.pods)) this.#enter(role, pod);
    for (const [role, addresses] of Object.entries(this.twin.hosts ?? {})) {
      this.#members.set(role, await this.cluster.lab.addHost(`${this.twin.id}.${role}`, { addresses }));
    }
  }

  /** Addresses where the API server answers. */
  get apiServers(): string[] {
    return Object.keys(this.twin.hosts ?? {}).includes(API_SERVER) ? [this.ip(API_SERVER)] : [];
  }

  member(role: string): Member {
    const found = this.#members.get(role);
    assert.ok(found, `${this.twin.id} has no ${role}`);
    return found;
  }

  ip(role: string): string {
    return this.member(role).ip;
  }

  /** Adds a pod, tells the agent, and sets its program to work. */
  async addPod(role: string, spec: PodRole, activities: readonly Activity[]): Promise<void> {
    const [added] = await this.cluster.addPods(this.twin.id, { [role]: spec });
    assert.ok(added);
    this.#enter(role, added.pod);
    this.cluster.publish();
    await this.run(role, activities);
  }

  /** Deletes a pod as a cluster does. */
  async removePod(role: string): Promise<void> {
    const pod = this.#pods.get(role);
    if (pod === undefined) return;
    await this.#finish(role);
    await this.cluster.removePod(pod);
    this.#pods.delete(role);
    this.#members.delete(role);
    this.cluster.publish();
  }

  /** Starts a program in a member; resolves when all its activities are at work. */
  run(role: string, activities: readonly Activity[], cgroupPath?: string): Promise<void> {
    return this.runIn(this.member(role), role, activities, cgroupPath);
  }

  /** The same as the node: from its address, in its kubelet's cgroup. */
  runOnNode(role: string, activities: readonly Activity[]): Promise<void> {
    return this.runIn(this.cluster.node, role, activities);
  }

  async runIn(member: Member, role: string, activities: readonly Activity[], cgroupPath?: string): Promise<void> {
    const settings = { name: role.slice(0, 15), activities };
    const program = Program.start(member, POD_PROGRAM, settings, cgroupPath === undefined ? {} : { cgroupPath });
    this.#programs.set(role, [...(this.#programs.get(role) ?? []), program]);
    await program.line();
  }

  /** Sends the clients of a role to other targets. */
  retarget(role: string, targets: readonly Target[]): void {
    for (const { child } of this.#programs.get(role) ?? []) child.stdin?.write(`${JSON.stringify({ targets })}\n`);
  }

  /** Notes the programs that have ended by themselves. */
  inspect(): void {
    for (const [role, programs] of this.#programs) {
      for (const program of programs) {
        const ended = program.child.exitCode ?? program.child.signalCode;
        if (ended !== null) this.troubles.push(`${this.twin.id}/${role} ended by itself (${ended})`);
      }
    }
  }

  /** Ends all programs and adds up what they have done. */
  async finish(): Promise<void> {
    await Promise.all([...this.#programs.keys()].map((role) => this.#finish(role)));
  }

  #enter(role: string, pod: Pod): void {
    this.#members.set(role, pod);
    this.#pods.set(role, pod);
  }

  async #finish(role: string): Promise<void> {
    const programs = this.#programs.get(role) ?? [];
    this.#programs.delete(role);
    await Promise.all(
      programs.map(async (program) => {
        try {
          const { done, failed } = await program.finish<Work>(5000);
          this.work.done += done;
          this.work.failed += failed;
        } catch {
          program[Symbol.dispose]();
        }
      }),
    );
  }
}
