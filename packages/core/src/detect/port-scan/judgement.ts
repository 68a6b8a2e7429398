import type { Contacts } from '../../contacts/contacts.ts';
import type { DetectorContext } from '../context.ts';
import type { Pair } from './pair.ts';
import type { PortScanParameters } from './parameters.ts';

/** Late RSTs a connection that ended badly may cause: what was in flight when one end went. */
const RSTS_PER_CONNECTION = 4;

/** Whether the pair's target has tried a closed port of its source within the window. */
export type IsProbedBack = (pair: Pair, nowMs: number) => boolean;

/** Which thresholds apply to a pair, and whether it is over them. */
export class Judgement {
  parameters: PortScanParameters;
  readonly #context: DetectorContext;
  readonly #contacts: Contacts;
  readonly #isProbedBack: IsProbedBack;

  constructor(
    parameters: PortScanParameters,
    context: DetectorContext,
    contacts: Contacts,
    isProbedBack: IsProbedBack,
  ) {
    this.parameters = parameters;
    this.#context = context;
    this.#contacts = contacts;
    this.#isProbedBack = isProbedBack;
  }

  isScan(pair: Pair, nowMs: number): boolean {
    if (!this.#isOver(pair, nowMs, 1)) return false;
    const isShared = this.#context.cluster.isShared(pair.source);
    return !isShared || pair.failedShare(nowMs) >= this.parameters.sharedFailedShare;
  }

  /** By the lower thresholds of its hysteresis. */
  goesOn(pair: Pair, nowMs: number): boolean {
    return this.#isOver(pair, nowMs, this.parameters.offRatio);
  }

  /** Near enough to a threshold that evaluations look at it. */
  isHot(pair: Pair, nowMs: number): boolean {
    if (pair.undecided !== undefined || pair.oddPorts(nowMs) > 0) return true;
    return pair.observed(nowMs) >= this.limitOf(pair) / 2 || pair.answers(nowMs) >= this.parameters.answers / 2;
  }

  limitOf(pair: Pair): number {
    return this.#contacts.isOutside(pair.source) ? this.parameters.outsidePorts : this.parameters.insidePorts;
  }

  #isOver(pair: Pair, nowMs: number, share: number): boolean {
    if (pair.observed(nowMs) >= this.limitOf(pair) * share) return true;
    return pair.oddPorts(nowMs) >= this.parameters.oddPorts * share || this.#isRawScan(pair, nowMs);
  }

  #isRawScan(pair: Pair, nowMs: number): boolean {
    const answers = pair.answers(nowMs);
    if (answers < this.parameters.answers) return false;
    // Some scanners (masscan) reset what they were answered: then it is the other end that scans.
    if (this.#isProbedBack(pair, nowMs)) return false;
    const late = this.#contacts.connections(pair.sourceIp, pair.targetIp, nowMs) * RSTS_PER_CONNECTION;
    return answers - late >= this.parameters.answers;
  }
}
