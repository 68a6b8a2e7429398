import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCgroup } from '../../packages/cli/src/lab/cgroup.ts';
import { Lab } from '../../packages/cli/src/lab/lab.ts';
import { Member } from '../../packages/cli/src/lab/member.ts';
import { netnsDirectory } from '../../packages/cli/src/lab/network.ts';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import type { PodRole } from './twin.ts';

/** Addresses at the end of the pods' network that no pod ever gets. */
const MAX_DEAD = 40;

/** The fake cluster of a soak: a lab, and what its API server would tell of it. */
export class Cluster {
  readonly lab: Lab;
  /** Where the agent reads who is who. */
  readonly identityFile: string;
  /** The node as its kubelet sees it: its address is the first of the pods' network. */
  readonly node: Member;
  readonly #ports = new Map<Pod, PodRole>();
  #dead = 0;

  private constructor(lab: Lab, directory: string) {
    this.lab = lab;
    this.identityFile = join(directory, 'identities.yaml');
    const cgroupPath = `${lab.cgroupPath}/system.slice/kubelet.service`;
    makeCgroup(cgroupPath);
    const netnsName = `${lab.run}.router`;
    const ip = lab.podNetwork.replace('.0/24', '.1');
    const place = { moreIps: [], ip6: undefined, netnsName, netnsPath: `${netnsDirectory}/${netnsName}` };
    this.node = new Member({ id: 'node', ip, cgroupPath, ...place });
  }

  static async open(directory: string): Promise<Cluster> {
    mkdirSync(directory, { recursive: true });
    return new Cluster(await Lab.open(), directory);
  }

  async addPods(
    namespace: string,
    roles: Readonly<Record<string, PodRole>>,
  ): Promise<{ readonly role: string; readonly pod: Pod }[]> {
    const entries = Object.entries(roles);
    const pods = await this.lab.addPods(
      entries.map(([name, { workload = { kind: 'Deployment', name } }]) => ({
        namespace,
        name,
        workload,
        labels: { app: workload.name },
      })),
    );
    return entries.map(([role, spec], index) => {
      const pod = pods[index] as Pod;
      this.#ports.set(pod, spec);
      return { role, pod };
    });
  }

  async removePod(pod: Pod): Promise<void> {
    this.#ports.delete(pod);
    await this.lab.removePod(pod);
  }

  /** An address of the pods' network that nobody has: each call gives another one. */
  deadIp(): string {
    if (this.#dead >= MAX_DEAD) throw new Error(`a soak has ${MAX_DEAD} dead addresses`);
    this.#dead += 1;
    return this.lab.podNetwork.replace('.0/24', `.${255 - this.#dead}`);
  }

  /** Tells the agent who is who now. */
  publish(): void {
    const known = this.lab.identities();
    const pods = known.pods.map((identity) => {
      const [pod] = [...this.#ports.keys()].filter(({ uid }) => uid === identity.uid);
      const { ports, probes } = (pod && this.#ports.get(pod)) ?? {};
      const spec = { ...(ports && { ports }), ...(probes && { probes }) };
      return { ...identity, containers: identity.containers.map((container) => ({ ...container, ...spec })) };
    });
    const text = JSON.stringify({ ...known, pods });
    writeFileSync(`${this.identityFile}.new`, text);
    renameSync(`${this.identityFile}.new`, this.identityFile);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.close();
  }
}
