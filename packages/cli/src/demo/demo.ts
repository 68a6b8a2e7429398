import { NetGuardError } from '@netguard/core';
import type { LabIdentities } from '../lab/identities.ts';
import type { Lab } from '../lab/lab.ts';
import type { Member } from '../lab/member.ts';
import type { Pod } from '../lab/pod.ts';
import type { DemoEvents } from './demo-event.ts';
import { type CrowdOptions, flashCrowd } from './flash-crowd.ts';
import { type CrowdResult, ports } from './pod-settings.ts';
import { type FloodOptions, type FloodResult, synFlood } from './syn-flood.ts';

/** Who takes part in a demo. */
export interface DemoCast {
  readonly lab: Lab;
  /** The pod that is attacked: one of web's. */
  readonly victim: Pod;
  /** A host outside the cluster. */
  readonly attacker: Member;
  /** Another one, with many addresses. */
  readonly crowd: Member;
}

/** A running demo cluster. It ends with `close()`, or by itself when this process dies, however it does. */
export class Demo {
  readonly victim: Pod;
  readonly attacker: Member;
  readonly crowd: Member;
  /** Says all that happens, as `event`. */
  readonly events: DemoEvents;
  readonly #lab: Lab;

  constructor({ lab, victim, attacker, crowd }: DemoCast, events: DemoEvents) {
    this.#lab = lab;
    this.victim = victim;
    this.attacker = attacker;
    this.crowd = crowd;
    this.events = events;
  }

  /** Name of the lab's run: `ng-` and ten more, with which its network namespaces begin. */
  get run(): string {
    return this.#lab.run;
  }

  /** Who is who, in the shape of NetGuard's identity file. */
  get identities(): LabIdentities {
    return this.#lab.identities();
  }

  get pods(): readonly Pod[] {
    return this.#lab.pods;
  }

  /**
   * A real SYN flood from outside against web: about 2,000 SYNs a second from spoofed sources for 8 s, unless said
   * otherwise. Resolves when it is over.
   * @throws NG_ERR_LAB_TOOL without hping3, NG_ERR_DEMO_ATTACK when it could not send.
   */
  async attack(options: FloodOptions = {}): Promise<FloodResult> {
    const { ip, namespace, name } = this.victim;
    this.events.say({ kind: 'attack-started', namespace, pod: name, targetIp: ip, port: ports.web });
    const result = await this.#unlessClosed('attacking web', synFlood(this.attacker, ip, ports.web, options));
    this.events.say({ kind: 'attack-ended', syns: result.syns });
    return result;
  }

  /** The attack's benign twin: as many SYNs a second, each a real client's that completes its handshake and is served. */
  async flashCrowd(options: CrowdOptions = {}): Promise<CrowdResult> {
    this.events.say({ kind: 'crowd-started' });
    const { ip } = this.victim;
    const result = await this.#unlessClosed('visiting web', flashCrowd(this.crowd, ip, ports.web, options));
    this.events.say({ kind: 'crowd-ended', ...result });
    return result;
  }

  /** Ends and removes everything. Safe to call again. @throws NG_ERR_LAB_CLEANUP. */
  close(): Promise<void> {
    if (!this.#lab.closed) this.events.say({ kind: 'closing' });
    return this.#lab.close();
  }

  /** What fails because the lab is being removed says that, not how it failed. */
  async #unlessClosed<T>(doing: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      if (!this.#lab.closed) throw cause;
      throw new NetGuardError('NG_ERR_LAB_CLOSED', `${doing} in a demo that was closed meanwhile`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
