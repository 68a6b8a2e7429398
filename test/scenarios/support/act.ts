import assert from 'node:assert/strict';
import type { Alert, AlertEvent } from '@netguard/core';
import type { Lab } from '../../../packages/cli/src/lab/lab.ts';
import type { Member } from '../../../packages/cli/src/lab/member.ts';
import { Pod } from '../../../packages/cli/src/lab/pod.ts';
import type { Agent } from '../../e2e/support/agent.ts';
import type { EventStream } from '../../e2e/support/event-stream.ts';
import { Program } from '../../e2e/support/program.ts';

/** An alert event about this scenario's cast, and when the stream told it (epoch ms). */
export interface Told {
  readonly event: AlertEvent;
  readonly atMs: number;
}

/** One scenario on the stage: its members by role, and what has been told of them. */
export class Act {
  readonly id: string;
  readonly lab: Lab;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #programs: Program[] = [];
  #agent: Agent | undefined;
  #stream: EventStream | undefined;

  constructor(id: string, lab: Lab, members: ReadonlyMap<string, Member>) {
    this.id = id;
    this.lab = lab;
    this.#members = members;
  }

  /** The agent that watches; it starts after all scenarios have prepared. */
  get agent(): Agent {
    assert.ok(this.#agent, 'the agent starts after prepare()');
    return this.#agent;
  }

  watchWith(agent: Agent, stream: EventStream): void {
    this.#agent = agent;
    this.#stream = stream;
  }

  member(role: string): Member {
    const found = this.#members.get(role);
    assert.ok(found, `${this.id} has no ${role}`);
    return found;
  }

  pod(role: string): Pod {
    const found = this.member(role);
    assert.ok(found instanceof Pod, `${role} is no pod`);
    return found;
  }

  ip(role: string): string {
    return this.member(role).ip;
  }

  /** Starts a program of `test/e2e/support/programs`; it is ended with the scenario. */
  program(role: string, name: string, settings: unknown = {}): Program {
    const program = Program.start(this.member(role), name, settings);
    this.#programs.push(program);
    return program;
  }

  /** Starts a program of `test/scenarios/programs`; it is ended with the scenario. */
  ownProgram(role: string, name: string, settings: unknown = {}): Program {
    // Relative to the directory of the end-to-end programs.
    return this.program(role, `../../../scenarios/programs/${name}`, settings);
  }

  /** The programs of that name that were started so far. */
  programs(name: string): Program[] {
    return this.#programs.filter(({ child }) => child.spawnargs.some((arg) => arg.endsWith(`/${name}.ts`)));
  }

  /** Addresses of the pods' network that nobody has, counted from its end. */
  deadIps(count: number): string[] {
    const network = this.lab.podNetwork.replace(/\.0\/24$/, '');
    assert.ok(count <= 100);
    return Array.from({ length: count }, (_, i) => `${network}.${254 - i}`);
  }

  /** What the stream told of alerts whose source or target belongs to this scenario, oldest first. */
  told(): Told[] {
    const all = this.#stream?.of<AlertEvent>('alert') ?? [];
    return all.filter(({ data }) => this.#concerns(data.alert)).map(({ data, atMs }) => ({ event: data, atMs }));
  }

  opened(): Told[] {
    return this.told().filter(({ event }) => event.type === 'open');
  }

  /** Whether the endpoint of an alert is this role. */
  is(role: string, endpoint: Alert['source']): boolean {
    const member = this.member(role);
    if (member instanceof Pod) return endpoint?.namespace === member.namespace && endpoint.pod === member.name;
    return member.ips.includes(endpoint?.ip ?? '') || (member.ip6 !== undefined && member.ip6 === endpoint?.ip);
  }

  end(): void {
    for (const program of this.#programs) program[Symbol.dispose]();
  }

  #concerns({ source, target, sources }: Alert): boolean {
    const isOurs = (endpoint: Alert['source']) => [...this.#members.keys()].some((role) => this.is(role, endpoint));
    return isOurs(source) || isOurs(target) || (sources?.top.some(({ ip }) => this.#owns(ip)) ?? false);
  }

  #owns(ip: string): boolean {
    return [...this.#members.values()].some((member) => member.ips.includes(ip) || member.ip6 === ip);
  }
}
