import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NetGuardError } from '@netguard/core';
import { type AddressPlan, maxMembers, newAddressPlan } from './address-plan.ts';
import { makeCgroup, removeCgroup } from './cgroup.ts';
import { type CgroupDriver, type ContainerRuntime, cgroup2Mount, kubeletCgroupPath } from './cgroup-path.ts';
import type { Place } from './command.ts';
import type { LabIdentities, LabService } from './identities.ts';
import { Member } from './member.ts';
import { type MemberLink, makeMembers, makeRouter, netnsDirectory, removeMember } from './network.ts';
import { newContainerId, newUid, Pod, type PodSpec } from './pod.ts';
import { Reaper } from './reaper.ts';
import { requireLabHost } from './requirements.ts';
import { listRuns, writeRunFile } from './run-file.ts';
import { newRunId } from './run-id.ts';
import { sweepStale } from './sweep.ts';

export interface LabOptions {
  /** Gives each member an IPv6 address too. Off by default. */
  readonly ipv6?: boolean;
  /** How pods' cgroups are spelled: `systemd` by default. */
  readonly driver?: CgroupDriver;
  /** `containerd` by default; a pod may have its own. */
  readonly runtime?: ContainerRuntime;
  /** Name of the node in the identities. */
  readonly node?: string;
}

/**
 * A small fake cluster on this host: pods as network namespaces behind a router namespace, with Kubernetes-shaped cgroups.
 * The host's own interfaces and routes stay as they are. Whatever ends this process, nothing is left behind (reaper.ts).
 *
 *     await using lab = await Lab.open();
 *     const web = await lab.addPod({ namespace: 'shop', name: 'web-0' });
 *     await web.run('ip address');
 */
export class Lab {
  readonly run: string;
  /** Directory that holds all cgroups of this lab. */
  readonly cgroupPath: string;
  readonly podNetwork: string;
  readonly node: string;
  readonly #plan: AddressPlan;
  readonly #options: LabOptions;
  readonly #reaper: Reaper;
  readonly #setup: Place;
  readonly #pods = new Map<string, Pod>();
  readonly #services: LabService[] = [];
  readonly #ids = new Set<string>();
  #lastPod = 1;
  #lastHost = 9;
  #closing: Promise<void> | undefined;

  private constructor(run: string, cgroupPath: string, plan: AddressPlan, options: LabOptions) {
    this.run = run;
    this.cgroupPath = cgroupPath;
    this.podNetwork = plan.podNetwork;
    this.node = options.node ?? 'netguard-lab';
    this.#plan = plan;
    this.#options = options;
    this.#setup = { cgroupPath: `${cgroupPath}/setup` };
    this.#reaper = new Reaper(run, cgroupPath);
  }

  /**
   * Removes what dead labs left, then creates an empty one.
   * @throws NG_ERR_LAB_PRIVILEGE, NG_ERR_LAB_TOOL, NG_ERR_LAB_CGROUP or NG_ERR_LAB_NETWORK.
   */
  static async open(options: LabOptions = {}): Promise<Lab> {
    requireLabHost();
    const mount = cgroup2Mount();
    await sweepStale().catch((error: unknown) => process.emitWarning(String(error)));
    const run = newRunId(process.pid);
    const plan = newAddressPlan(listRuns().map(({ podNetwork }) => podNetwork));
    const lab = new Lab(run, `${mount}/netguard-${run}`, plan, options);
    try {
      await lab.#create();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  get pods(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  /** Pid of the process that cleans up. */
  get reaperPid(): number {
    return this.#reaper.pid;
  }

  /** True once `close()` has begun. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  async addPod(spec: PodSpec): Promise<Pod> {
    const [pod] = await this.addPods([spec]);
    return pod as Pod;
  }

  /** Adds several pods at once, which takes hardly longer than one. */
  async addPods(specs: readonly PodSpec[]): Promise<Pod[]> {
    const planned = specs.map((spec) => {
      const whole = { ...spec, uid: spec.uid ?? newUid(), containerId: newContainerId() };
      const cgroup = kubeletCgroupPath({
        driver: this.#options.driver ?? 'systemd',
        runtime: spec.runtime ?? this.#options.runtime ?? 'containerd',
        qos: spec.qos ?? 'burstable',
        uid: whole.uid,
        containerId: whole.containerId,
      });
      const id = this.#claim(`${spec.namespace}.${spec.name}`);
      this.#lastPod += 1;
      return { whole, cgroup, link: this.#podLink(id, this.#lastPod) };
    });
    await this.#link(planned.map(({ cgroup, link }) => ({ cgroup, link })));
    const pods = planned.map(({ whole, cgroup, link }) => new Pod(whole, this.#place(cgroup, link)));
    for (const pod of pods) this.#pods.set(pod.id, pod);
    return pods;
  }

  /**
   * Adds a host outside the cluster, behind the router, with a world-like address and no identity.
   * @param addresses how many IPv4 addresses it has: a lab has 245 of them.
   */
  async addHost(name: string, { addresses = 1 }: { readonly addresses?: number } = {}): Promise<Member> {
    const id = this.#claim(name);
    const first = this.#lastHost + 1;
    this.#lastHost += addresses;
    if (addresses < 1 || this.#lastHost > maxMembers + 1) {
      throw new NetGuardError('NG_ERR_LAB_MEMBER', `adding ${id} with ${addresses} addresses to the lab ${this.run}`, {
        cause: 'a lab has 1 to 245 addresses for hosts outside',
      });
    }
    const link = this.#hostLink(id, first, addresses);
    const cgroup = `outside/${name}`;
    await this.#link([{ cgroup, link }]);
    return new Member(this.#place(cgroup, link));
  }

  /** Deletes a pod as a cluster does: its processes, its namespace with the address, its cgroup. */
  async removePod(pod: Pod): Promise<void> {
    this.#pods.delete(pod.id);
    await removeCgroup(pod.cgroupPath);
    await removeCgroup(dirname(pod.cgroupPath));
    await removeMember(this.#setup, pod.netnsName);
    this.#ids.delete(pod.id);
  }

  /** Names a service in the identities. Nothing translates its addresses: there is no kube-proxy here. */
  addService(service: LabService): void {
    this.#services.push(service);
  }

  /** Who is who now, as NetGuard's identity file says it. */
  identities(): LabIdentities {
    return {
      apiVersion: 'netguard/v1',
      kind: 'Identities',
      pods: this.pods.map((pod) => pod.identity(this.node)),
      services: this.#services,
      nodes: [{ name: this.node, ips: [this.#plan.pod(1)] }],
    };
  }

  /** Writes the identities to a file (JSON, which is YAML). */
  writeIdentities(path: string): void {
    writeFileSync(path, `${JSON.stringify(this.identities(), null, 2)}\n`);
  }

  /** Ends every process of the lab and removes all it created. Safe to call again. @throws NG_ERR_LAB_CLEANUP. */
  close(): Promise<void> {
    this.#closing ??= this.#reaper.reap();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #create(): Promise<void> {
    writeRunFile(this.run, this.cgroupPath, this.podNetwork);
    makeCgroup(this.#setup.cgroupPath);
    await makeRouter(this.#setup, this.#netns('router'), this.#plan, this.#options.ipv6 ?? false);
  }

  async #link(members: readonly { cgroup: string; link: MemberLink }[]): Promise<void> {
    for (const { cgroup } of members) makeCgroup(`${this.cgroupPath}/${cgroup}`);
    await makeMembers(
      this.#setup,
      this.#netns('router'),
      members.map(({ link }) => link),
    );
  }

  /** Reserves a name, from which a namespace's and so a command line's is made. */
  #claim(id: string): string {
    if (this.#closing)
      throw new NetGuardError('NG_ERR_LAB_CLOSED', `adding ${id} to the lab ${this.run}, which is closed`);
    const cause = !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(id)
      ? 'a name consists of a-z, 0-9, dots and hyphens'
      : id === 'router' || this.#ids.has(id)
        ? 'the name is taken'
        : this.#ids.size >= maxMembers - 10
          ? `a lab has room for ${maxMembers - 10} members`
          : undefined;
    if (cause) throw new NetGuardError('NG_ERR_LAB_MEMBER', `adding ${id} to the lab ${this.run}`, { cause });
    this.#ids.add(id);
    return id;
  }

  #netns(id: string): string {
    return `${this.run}.${id}`;
  }

  #podLink(id: string, index: number): MemberLink {
    const [ip, gateway, gateway6] = [this.#plan.pod(index), this.#plan.pod(1), this.#plan.pod6(1)];
    const ip6 = this.#options.ipv6 ? this.#plan.pod6(index) : undefined;
    return { netns: this.#netns(id), bridge: 'pods0', port: `pod${index}`, ip, moreIps: [], ip6, gateway, gateway6 };
  }

  #hostLink(id: string, index: number, addresses: number): MemberLink {
    const [ip, gateway, gateway6] = [this.#plan.outside(index), this.#plan.outside(1), this.#plan.outside6(1)];
    const ip6 = this.#options.ipv6 ? this.#plan.outside6(index) : undefined;
    const moreIps = Array.from({ length: addresses - 1 }, (_, i) => this.#plan.outside(index + 1 + i));
    return { netns: this.#netns(id), bridge: 'world0', port: `world${index}`, ip, moreIps, ip6, gateway, gateway6 };
  }

  #place(cgroup: string, { netns, ip, moreIps, ip6 }: MemberLink) {
    const id = netns.slice(this.run.length + 1);
    const cgroupPath = `${this.cgroupPath}/${cgroup}`;
    return { id, ip, moreIps, ip6, cgroupPath, netnsName: netns, netnsPath: `${netnsDirectory}/${netns}` };
  }
}
