import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Observation } from '../../observation.ts';
import { RecentKeys } from '../../sketch/recent-keys.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { Who } from '../detector.ts';
import { FloodClock } from '../flood-clock.ts';
import { ClosedPorts } from './closed-ports.ts';
import { Openings } from './openings.ts';
import type { SynFloodParameters } from './parameters.ts';
import { type RawSender, RawSenders } from './raw-senders.ts';
import { closedFinding, openerFinding, rawFinding } from './sender-report.ts';

const LISTENERS = 2048;
const LISTENER_MS = 10_000;

/**
 * SYN floods that no listener of ours tells of: at closed ports, and those that one of ours sends. Judged once a tick, and
 * silent about a target whose listener has told already. What one of ours opens in vain at a listener of ours is the
 * listener's to judge: it knows whether the application was too slow.
 */
export class SecondaryFloods {
  readonly #context: DetectorContext;
  readonly #closed: ClosedPorts;
  readonly #openings: Openings;
  readonly #raw: RawSenders;
  /** Workloads whose listeners received SYNs lately. */
  readonly #listening = new RecentKeys(LISTENERS, LISTENER_MS);
  readonly #clock = new FloodClock();
  #findings: Finding[] = [];

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#closed = new ClosedPorts(context);
    this.#openings = new Openings(context);
    this.#raw = new RawSenders(context);
  }

  observe(observation: Observation, who: Who, p: SynFloodParameters): void {
    if (observation.kind === 'connection') this.#openings.observe(observation, who.local, p);
    else if (observation.kind === 'datagrams') this.#raw.observe(observation, who.local);
    else if (observation.kind === 'probe' && observation.shapes.syn > 0 && who.remote !== null) {
      this.#closed.observe(observation, who.local, who.remote, p);
    }
  }

  /** A listener of this workload received SYNs. */
  noteListener(target: Endpoint, timeMs: number): void {
    this.#listening.add(workloadKey(target), timeMs);
  }

  /** @param told sources and `>targets` (workload keys) that listeners have told of. */
  evaluate(nowMs: number, told: Set<string>, p: SynFloodParameters): Finding[] {
    const spanMs = this.#clock.roll(nowMs);
    if (spanMs === undefined) {
      return this.#findings.filter((finding) => !isTold(finding, told)).map((finding) => ({ ...finding, count: 0 }));
    }
    const found: Finding[] = [];
    const raw: Finding[] = [];
    this.#raw.evaluate(nowMs, p, (sender) => {
      if (sender.alarm !== undefined) raw.push(rawFinding(sender, sender.alarm.target, p));
    });
    const senderToward = (target: Endpoint, rate: number) => this.#raw.behind(target, rate);
    this.#closed.evaluate(nowMs, spanMs, p, senderToward, (state, measure) => {
      if (!told.has(`>${state.key}`)) found.push(closedFinding(state, measure, p, this.#context));
    });
    for (const finding of found) tell(finding, told);
    const sent: Finding[] = [];
    this.#openings.evaluate(nowMs, spanMs, p, (opener, rate) => {
      const target = opener.alarm?.target;
      if (target === undefined || this.#listening.has(workloadKey(target), nowMs)) return;
      sent.push(openerFinding(opener, target, rate, p));
    });
    for (const finding of [...sent, ...raw]) {
      if (isTold(finding, told)) continue;
      tell(finding, told);
      found.push(finding);
    }
    this.#findings = found;
    return found;
  }

  /** Who of ours sends raw TCP to this workload now: with forged addresses nothing else tells. */
  rawSenderToward(target: Endpoint): RawSender | undefined {
    return this.#raw.toward(target);
  }

  get state(): TableState {
    const { size: entries, capacity, evicted } = this.#listening;
    const parts = [this.#closed.state, this.#openings.state, this.#raw.state, { entries, capacity, evicted }];
    const sum = (of: (part: TableState) => number): number => parts.reduce((total, part) => total + of(part), 0);
    return {
      entries: sum(({ entries }) => entries),
      capacity: sum(({ capacity }) => capacity),
      evicted: sum(({ evicted }) => evicted),
    };
  }
}

function isTold({ source, target }: Finding, told: ReadonlySet<string>): boolean {
  return (source !== null && told.has(workloadKey(source))) || (target !== null && told.has(`>${workloadKey(target)}`));
}

/** Remembers that a flood has been told of, by its ends. */
export function tell({ source, target }: Pick<Finding, 'source' | 'target'>, told: Set<string>): void {
  if (source !== null) told.add(workloadKey(source));
  if (target !== null) told.add(`>${workloadKey(target)}`);
}
