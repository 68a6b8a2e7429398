import type { Finding } from '../../alert/alert.ts';
import type { Contact, Probing } from '../../contacts/contact.ts';
import { type Contacts, contactsOf } from '../../contacts/contacts.ts';
import type { Observation } from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { SlowScanParameters } from './parameters.ts';
import { slowScanFinding } from './report.ts';
import { SlowSource } from './slow-source.ts';

const INSIDE = 1024;
const OUTSIDE = 4096;
const KEPT = 3;

export class SlowScanInstance implements DetectorInstance {
  #parameters: SlowScanParameters;
  readonly #context: DetectorContext;
  readonly #contacts: Contacts;
  readonly #inside = new Lru<string, SlowSource>(INSIDE, isKept);
  readonly #outside = new Lru<string, SlowSource>(OUTSIDE, isKept);
  readonly #suspected = new Set<SlowSource>();
  /** A slow scan is in no hurry: it is told at the next tick. */
  readonly nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: SlowScanParameters, context: DetectorContext) {
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
    const { sourceKey, source, targetIp, timeMs, weighs } = seen;
    if (seen.kind === 'probing') {
      if (weighs) this.#fail(seen, seen.lastPort);
    } else if (seen.outcome === 'answered') {
      const known = (source.kind === 'world' ? this.#outside : this.#inside).peek(sourceKey);
      known?.succeed(targetIp, seen.port, timeMs);
    } else if (weighs && seen.outcome !== 'unknown') {
      this.#fail(seen, seen.port);
    }
  }

  evaluate(nowMs: number): Finding[] {
    const findings: Finding[] = [];
    for (const slow of this.#suspected) {
      if (Math.abs(nowMs - slow.lastMs) > this.#parameters.activeMs || !this.#isScan(slow, nowMs)) {
        this.#suspected.delete(slow);
        slow.sinceMs = Number.NaN;
        continue;
      }
      if (Number.isNaN(slow.sinceMs)) slow.sinceMs = slow.lastMs;
      findings.push(slowScanFinding(slow, nowMs, this.#parameters, this.#context));
    }
    return findings;
  }

  get state(): TableState {
    const { entries, capacity, evicted } = this.#contacts.suspectState;
    return {
      entries: this.#inside.size + this.#outside.size + entries,
      capacity: INSIDE + OUTSIDE + capacity,
      evicted: this.#inside.evicted + this.#outside.evicted + evicted,
    };
  }

  #fail(seen: Contact | Probing, port: number): void {
    const { sourceKey, source, target, targetIp, timeMs, suspicion } = seen;
    if (!suspicion.isSuspect) return;
    const table = source.kind === 'world' ? this.#outside : this.#inside;
    let slow = table.get(sourceKey);
    if (slow === undefined) {
      slow = new SlowSource(source, timeMs);
      const evicted = table.set(sourceKey, slow);
      if (evicted !== undefined) this.#suspected.delete(evicted);
      if (suspicion.earlier !== undefined) slow.replay(suspicion.earlier);
    } else if (!this.#suspected.has(slow) && (slow.source.kind !== 'process' || source.kind === 'process')) {
      slow.source = source;
    }
    if (slow.fail(target, targetIp, port, timeMs) && this.#isScan(slow, timeMs)) this.#suspected.add(slow);
  }

  #isScan(slow: SlowSource, nowMs: number): boolean {
    const { contacts, windowMs, fastPerMinute, failedShare } = this.#parameters;
    if (slow.failed(nowMs, windowMs, fastPerMinute) < contacts) return false;
    return slow.failedShare(nowMs, windowMs) >= failedShare;
  }
}

function isKept(slow: SlowSource): boolean {
  return slow.failed(slow.lastMs, 3_600_000, Number.POSITIVE_INFINITY) >= KEPT;
}
