import type { Contact, Probing } from '../../contacts/contact.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { ProbeShape } from '../../observation.ts';
import { SlidingCount } from '../../sketch/sliding-count.ts';
import type { FirstProbe } from './first-probes.ts';
import { PortTally } from './port-tally.ts';
import { addTechnique, contactTechnique, type Technique, type Techniques } from './technique.ts';

/** After so long without a packet the kernel forgets a pair and counts its ports from zero. */
const IDLE_MS = 120_000;
const LATE_MS = 240_000;
const MAX_PORTS = 10;

/** An alert of this pair: alone, or as the one that speaks for others. */
export interface Alarm {
  readonly sinceMs: number;
  /** False when one of several in step cannot be told to be the real one. */
  readonly isNamed: boolean;
  /** Many targets at once: the alert names none. */
  isBlock: boolean;
  readonly followers: Set<Pair>;
}

/** One source address and one target address: which ports were tried and what came of it. */
export class Pair {
  readonly sourceIp: string;
  readonly targetIp: string;
  readonly sourceKey: string;
  source: Endpoint;
  target: Endpoint;
  firstMs: number;
  lastMs: number;
  /** When its alert may open; Infinity until the threshold is crossed. */
  dueMs = Number.POSITIVE_INFINITY;
  crossedMs = Number.NaN;
  alarm: Alarm | undefined;
  leader: Pair | undefined;
  /** Seen by its own sockets or raw packets: this source is real, and no decoy. */
  isProven = false;
  firstPort = -1;
  lastPort = -1;
  unreported = 0;
  readonly ports: number[] = [];
  readonly openPorts: number[] = [];
  readonly techniques: Techniques = {};
  readonly #windowMs: number;
  readonly #probed: SlidingCount;
  #late: SlidingCount | undefined;
  #failed: PortTally | undefined;
  #unanswered: PortTally | undefined;
  #open: PortTally | undefined;
  #answers: SlidingCount | undefined;
  #odd: SlidingCount | undefined;
  #contacts: SlidingCount | undefined;
  /** Datagrams of which it is not known yet whether they are late replies. */
  undecided: Probing | undefined;
  #undecidedPackets = 0;
  #kernelPorts = 0;
  /** When they were told. */
  #kernelMs = Number.NaN;
  #seenAtTarget = false;

  constructor(
    sourceIp: string,
    targetIp: string,
    sourceKey: string,
    source: Endpoint,
    target: Endpoint,
    timeMs: number,
    windowMs: number,
  ) {
    this.sourceIp = sourceIp;
    this.targetIp = targetIp;
    this.sourceKey = sourceKey;
    this.source = source;
    this.target = target;
    this.firstMs = timeMs;
    this.lastMs = timeMs;
    this.#windowMs = windowMs;
    this.#probed = new SlidingCount(windowMs);
  }

  /** Ports tried in the window, as far as they can be told apart. */
  observed(nowMs: number): number {
    const probed = this.#probed.sum(nowMs);
    const failed = this.#failed?.distinct(nowMs) ?? 0;
    const unanswered = (this.#unanswered?.distinct(nowMs) ?? 0) >> 1;
    // The target's and the source's side see the same failures; open ports are in neither.
    return Math.max(probed, failed, unanswered) + (this.#open?.distinct(nowMs) ?? 0);
  }

  /** Ports reached with flags that no connection has, in the window. */
  oddPorts(nowMs: number): number {
    return this.#odd?.sum(nowMs) ?? 0;
  }

  /** Whether its target saw it try a closed port in the window. */
  hasProbed(nowMs: number): boolean {
    return this.#probed.sum(nowMs) > 0;
  }

  /** RSTs and SYN-ACKs in the window that the source got for raw packets, where the target itself was not watched. */
  answers(nowMs: number): number {
    return this.#seenAtTarget ? 0 : (this.#answers?.sum(nowMs) ?? 0);
  }

  /** Share of contacts that failed, in the window. */
  failedShare(nowMs: number): number {
    const failed = this.observed(nowMs);
    const answered = this.#contacts?.sum(nowMs) ?? 0;
    return failed + answered === 0 ? 0 : failed / (failed + answered);
  }

  /** What was remembered of it before it had a state. */
  beginWith({ port, timeMs }: FirstProbe): void {
    this.firstMs = timeMs;
    this.#probed.add(1, timeMs);
    this.#kernelPorts = 1;
    this.#kernelMs = timeMs;
    this.#notePort(port);
    this.unreported++;
  }

  /** Packets at the target that found no socket. */
  probe(seen: Probing): void {
    this.#touch(seen.timeMs);
    this.#seenAtTarget = true;
    if (seen.udpUndecided && seen.hard === 0) {
      // Its conversations are read with the next tick; by then late replies can be told.
      this.#undecidedPackets += seen.soft;
      this.undecided = seen;
      return;
    }
    this.#count(seen, seen.soft + this.#undecidedPackets, seen.latePorts);
  }

  /** Judges what waited for the conversations of its second, if it did. */
  decide(latePorts: number): void {
    const seen = this.undecided;
    if (seen !== undefined) this.#count(seen, this.#undecidedPackets, latePorts);
  }

  /** Answers to raw packets of this pair's source, as its own namespace saw them. */
  answer(rst: number, synAck: number, timeMs: number): void {
    this.#touch(timeMs);
    this.#answers ??= new SlidingCount(this.#windowMs);
    // Only closed ports answer a scan of many: a flood at one open port brings SYN-ACKs alone.
    this.#answers.add(rst + Math.min(synAck, rst), timeMs);
    this.unreported += this.#seenAtTarget ? 0 : rst + synAck;
  }

  contact(seen: Contact): void {
    const { port, timeMs, outcome } = seen;
    if (seen.seenBy === 'client') this.isProven = true;
    if (outcome === 'answered' && seen.protocol !== 'UDP') {
      this.#contacts ??= new SlidingCount(this.#windowMs);
      this.#contacts.add(1, timeMs);
      return;
    }
    this.#touch(timeMs);
    const isNew = this.#tallyOf(outcome).add(port, timeMs);
    if (outcome === 'bare' || outcome === 'answered') {
      this.noteOpen(port);
    }
    if (!isNew) return;
    this.unreported++;
    this.#notePort(port);
    addTechnique(this.techniques, contactTechnique(seen), 1);
  }

  /** A request of this source at an open port stayed half-open. */
  halfOpen(port: number, timeMs: number): void {
    this.#touch(timeMs);
    this.#open ??= new PortTally(this.#windowMs);
    if (!this.#open.add(port, timeMs)) return;
    this.noteOpen(port);
    this.#notePort(port);
    this.unreported++;
    addTechnique(this.techniques, 'syn', 1);
  }

  noteOpen(port: number): void {
    if (this.openPorts.length < MAX_PORTS && !this.openPorts.includes(port)) this.openPorts.push(port);
  }

  /** What was done most. */
  get technique(): Technique {
    let most: Technique = 'syn';
    let count = -1;
    for (const [technique, times] of Object.entries(this.techniques) as [Technique, number][]) {
      if (times > count) [most, count] = [technique, times];
    }
    return most;
  }

  #tallyOf(outcome: Contact['outcome']): PortTally {
    switch (outcome) {
      case 'failed':
        this.#failed ??= new PortTally(this.#windowMs);
        return this.#failed;
      case 'unknown':
        this.#unanswered ??= new PortTally(this.#windowMs);
        return this.#unanswered;
      default:
        this.#open ??= new PortTally(this.#windowMs);
        return this.#open;
    }
  }

  #count(seen: Probing, soft: number, latePorts: number): void {
    this.undecided = undefined;
    this.#undecidedPackets = 0;
    // The kernel forgets a pair, too, and begins anew.
    const isAnew = seen.firstMs > this.#kernelMs || seen.distinctPorts < this.#kernelPorts;
    let ports = seen.distinctPorts - (isAnew ? 0 : this.#kernelPorts);
    // A pair that was forgotten here and not in the kernel: of what it did before nothing is known.
    if (this.#kernelPorts === 0 && seen.timeMs - seen.firstMs > this.#windowMs) ports = 1;
    this.#kernelPorts = seen.distinctPorts;
    this.#kernelMs = seen.timeMs;
    const hardPorts = Math.min(ports, seen.hard);
    const scanned = hardPorts + this.#unexplained(Math.min(ports - hardPorts, soft), latePorts, seen.timeMs);
    if (scanned <= 0) return;
    this.#probed.add(scanned, seen.timeMs);
    const odd = Math.min(scanned, seen.shapes.fin + seen.shapes.null + seen.shapes.xmas);
    if (odd > 0) {
      this.#odd ??= new SlidingCount(this.#windowMs);
      this.#odd.add(odd, seen.timeMs);
    }
    this.#notePort(seen.lastPort);
    for (const shape in seen.shapes) {
      const count = seen.shapes[shape as ProbeShape];
      if (count > 0) addTechnique(this.techniques, shape as ProbeShape, count);
    }
    this.unreported += seen.hard + soft;
  }

  #unexplained(softPorts: number, latePorts: number, timeMs: number): number {
    if (softPorts <= 0) return 0;
    if (latePorts === 0) return softPorts;
    this.#late ??= new SlidingCount(LATE_MS);
    const late = Math.max(0, Math.min(softPorts, latePorts - this.#late.sum(timeMs)));
    if (late > 0) this.#late.add(late, timeMs);
    return softPorts - late;
  }

  #touch(timeMs: number): void {
    if (timeMs - this.lastMs > IDLE_MS && this.alarm === undefined) {
      this.firstMs = timeMs;
      this.firstPort = -1;
      this.ports.length = 0;
      this.openPorts.length = 0;
      for (const technique of Object.keys(this.techniques)) delete this.techniques[technique as Technique];
      this.unreported = 0;
    }
    if (timeMs > this.lastMs) this.lastMs = timeMs;
  }

  #notePort(port: number): void {
    if (this.firstPort < 0) this.firstPort = port;
    this.lastPort = port;
    if (this.ports.includes(port)) return;
    if (this.ports.length >= MAX_PORTS) this.ports.shift();
    this.ports.push(port);
  }
}
