import type { Finding } from '../../alert/alert.ts';
import type { Contact, Probing } from '../../contacts/contact.ts';
import { type Contacts, contactsOf } from '../../contacts/contacts.ts';
import type { Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { HostSweepParameters } from './parameters.ts';
import { sweepFinding } from './report.ts';
import { Sweeper } from './sweeper.ts';

const INSIDE = 1024;
const OUTSIDE = 4096;
/** A source with more failed contacts than that keeps its place before the others. */
const KEPT_PAIRS = 3;
/** Replies go to a client's port (Linux ip_local_port_range); a sweep asks for a service. */
const EPHEMERAL_FROM = 32_768;

export class HostSweepInstance implements DetectorInstance {
  #parameters: HostSweepParameters;
  readonly #context: DetectorContext;
  readonly #contacts: Contacts;
  readonly #inside = new Lru<string, Sweeper>(INSIDE, isKept);
  readonly #outside = new Lru<string, Sweeper>(OUTSIDE, isKept);
  readonly #suspected = new Set<Sweeper>();
  #nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: HostSweepParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
    this.#contacts = contactsOf(context);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    const seen = this.#contacts.read(observation, who);
    if (seen === undefined) return;
    if (seen.kind === 'contact') this.#contact(seen);
    else if (seen.weighs && (seen.hard > 0 || seen.lastPort < EPHEMERAL_FROM)) {
      this.#fail(seen, seen.lastPort, seen.shapes.udp > 0 ? 'UDP' : 'TCP');
    }
  }

  evaluate(nowMs: number): Finding[] {
    this.#nextDueMs = Number.POSITIVE_INFINITY;
    const findings: Finding[] = [];
    for (const sweeper of this.#suspected) {
      const isOver = Math.abs(nowMs - sweeper.lastFailMs) > this.#parameters.activeMs;
      if (isOver || !this.#isSweep(sweeper, nowMs)) {
        sweeper.alarm = undefined;
        this.#suspected.delete(sweeper);
        continue;
      }
      sweeper.alarm ??= { sinceMs: sweeper.lastFailMs };
      const isOutside = this.#contacts.isOutside(sweeper.source);
      findings.push(sweepFinding(sweeper, sweeper.alarm, isOutside, nowMs, this.#parameters, this.#context));
    }
    return findings;
  }

  get nextDueMs(): number {
    return this.#nextDueMs;
  }

  get state(): TableState {
    const { entries, capacity, evicted } = this.#contacts.suspectState;
    return {
      entries: this.#inside.size + this.#outside.size + entries,
      capacity: INSIDE + OUTSIDE + capacity,
      evicted: this.#inside.evicted + this.#outside.evicted + evicted,
    };
  }

  #contact(seen: Contact): void {
    const { sourceKey, source, targetIp, port, protocol, timeMs } = seen;
    switch (seen.outcome) {
      case 'answered':
      case 'bare': {
        const known = (source.kind === 'world' ? this.#outside : this.#inside).peek(sourceKey);
        known?.succeed(targetIp, port, this.#step, -this.#ceiling, timeMs);
        return;
      }
      case 'unknown':
        // Nothing but a scanner sends raw packets to hosts that do not answer; a datagram may be answered yet.
        if (protocol !== 'RAW') return;
    }
    if (seen.weighs) this.#fail(seen, port, protocol);
  }

  #fail(seen: Contact | Probing, port: number, protocol: string): void {
    const { sourceKey, source, targetIp: ip, timeMs, suspicion } = seen;
    if (!suspicion.isSuspect) return;
    const table = source.kind === 'world' ? this.#outside : this.#inside;
    let sweeper = table.get(sourceKey);
    if (sweeper === undefined) {
      const { windowMs, outsideWindowMs } = this.#parameters;
      sweeper = new Sweeper(source, timeMs, this.#contacts.isOutside(source) ? outsideWindowMs : windowMs);
      const evicted = table.set(sourceKey, sweeper);
      if (evicted !== undefined) this.#suspected.delete(evicted);
      if (suspicion.earlier !== undefined) sweeper.replay(suspicion.earlier, this.#step, this.#ceiling);
    } else if (sweeper.alarm === undefined && (sweeper.source.kind !== 'process' || source.kind === 'process')) {
      sweeper.source = source;
    }
    if (!sweeper.fail(ip, port, protocol, this.#step, this.#ceiling, timeMs)) return;
    if (sweeper.alarm !== undefined || this.#suspected.has(sweeper) || !this.#isSweep(sweeper, timeMs)) return;
    this.#suspected.add(sweeper);
    this.#nextDueMs = Math.min(this.#nextDueMs, timeMs);
  }

  #isSweep(sweeper: Sweeper, nowMs: number): boolean {
    const p = this.#parameters;
    const isOutside = this.#contacts.isOutside(sweeper.source);
    if (sweeper.likelihood < Math.log(p.scannerOdds)) return false;
    if (sweeper.failedHosts(nowMs) < (isOutside ? p.outsideHosts : p.insideHosts)) return false;
    return !this.#context.cluster.isShared(sweeper.source) || sweeper.failedShare(nowMs) >= p.failedShare;
  }

  get #step(): number {
    return Math.log(this.#parameters.failOdds);
  }

  /** Both ways: who was benign, or a scanner, for long can still become the other (Jung et al. stop at the bound). */
  get #ceiling(): number {
    return Math.log(this.#parameters.scannerOdds) + this.#step;
  }
}

function isKept(sweeper: Sweeper): boolean {
  return sweeper.alarm !== undefined || sweeper.failedPairs(sweeper.lastFailMs) >= KEPT_PAIRS;
}
