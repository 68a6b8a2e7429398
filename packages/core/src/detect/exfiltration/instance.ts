import type { Finding } from '../../alert/alert.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { Learning } from '../../learn/learning.ts';
import { network, networkHash } from '../../learn/peer-fact.ts';
import { runOf } from '../../learn/workload-kind.ts';
import type { ConnectionObservation, DatagramObservation, Observation } from '../../observation.ts';
import { joinHash } from '../../sketch/hash.ts';
import { Lru } from '../../sketch/lru.ts';
import { Newcomers } from '../../sketch/newcomers.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { judgeSender, type Upload } from './judgement.ts';
import { SENT_OUTSIDE } from './measure-name.ts';
import type { ExfiltrationParameters } from './parameters.ts';
import { exfiltrationFinding } from './report.ts';
import { Destination, Sender } from './sender.ts';

const SENDERS = 1024;
/** Networks that a workload sent so little to once are remembered by their sums alone. */
const PASSING = 16_384;
/** As long as the longest window. */
const PASSING_MS = 86_400_000;
/** Less than the smallest floor. */
const PASSING_BYTES = 65_536;
const SENT = 0;
const RECEIVED = 1;
/** How often the sum of the window is a sample of the baseline. */
export const SAMPLE_MS = 300_000;
/** An upload that stands still for so long is over; one place used for so long while learning is known. */
const STILL_MS = 300_000;
const IDLE_MS = 7_200_000;

export class ExfiltrationInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: ExfiltrationParameters;
  readonly #learning: Learning;
  readonly #senders = new Lru<string, Sender>(SENDERS);
  readonly #passing = new Newcomers(PASSING, 2, PASSING_MS);
  /** Senders that sent since the last evaluation. */
  readonly #moved = new Set<Sender>();
  readonly #alarmed = new Map<Destination, { readonly sender: Sender; readonly upload: Upload }>();
  #sampledMs = Number.NaN;

  constructor(parameters: ExfiltrationParameters, { learning }: DetectorContext) {
    this.#parameters = parameters;
    this.#learning = learning;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, { local, remote }: Who): void {
    if (remote?.kind !== 'world' || (observation.kind !== 'connection' && observation.kind !== 'datagrams')) return;
    // A server sends because it is asked to.
    if (observation.role !== 'client') return;
    const { sentBytes, receivedBytes } = observation.delta;
    if (sentBytes + receivedBytes > 0) this.#add(observation, local, remote, sentBytes, receivedBytes);
  }

  evaluate(nowMs: number): Finding[] {
    for (const sender of this.#moved) this.#judge(sender, nowMs);
    this.#moved.clear();
    if (!(Math.abs(nowMs - this.#sampledMs) < SAMPLE_MS)) this.#sampleAll(nowMs);
    const findings: Finding[] = [];
    for (const [destination, { sender, upload }] of this.#alarmed) {
      if (Math.abs(nowMs - destination.movedMs) > STILL_MS || !destination.isAlarmed) {
        destination.alarmSinceMs = Number.NaN;
        this.#alarmed.delete(destination);
      } else {
        findings.push(exfiltrationFinding(sender, destination, upload, this.#parameters));
      }
    }
    return findings;
  }

  get state(): TableState {
    const [senders, passing] = [this.#senders, this.#passing];
    return {
      entries: senders.size + passing.size,
      capacity: senders.capacity + passing.capacity,
      evicted: senders.evicted + passing.evicted,
    };
  }

  #add(
    { timeMs, remote: { port } }: ConnectionObservation | DatagramObservation,
    local: Endpoint,
    remote: Endpoint,
    sentBytes: number,
    receivedBytes: number,
  ): void {
    const { windowMs } = this.#parameters;
    const sender = this.#sender(local, timeMs);
    sender.sent.add(sentBytes, timeMs, windowMs);
    sender.runBytes += sentBytes;
    sender.movedMs = timeMs;
    const to = networkHash(remote.ip);
    const known = sender.destinations.get(to);
    if (known === undefined && this.#passes(sender, to, timeMs, sentBytes, receivedBytes)) return;
    const destination = known ?? this.#destination(sender, to, remote, port, timeMs);
    destination.sent.add(sentBytes, timeMs, windowMs);
    destination.received.add(receivedBytes, timeMs, windowMs);
    if (sentBytes === 0) return;
    destination.movedMs = timeMs;
    destination.unreported++;
    if (!destination.isKnown) this.#moved.add(sender);
  }

  #judge(sender: Sender, nowMs: number): void {
    for (const destination of sender.destinations.values()) {
      const upload = judgeSender(sender, destination, this.#learning, nowMs, this.#parameters);
      if (upload === undefined) {
        destination.alarmSinceMs = Number.NaN;
      } else {
        if (!destination.isAlarmed) destination.alarmSinceMs = nowMs;
        this.#alarmed.set(destination, { sender, upload });
        sender.taintedUntilMs = nowMs + 2 * this.#parameters.windowMs;
      }
    }
  }

  /** Every five minutes: what each workload sent within the window, and where it sends to. */
  #sampleAll(nowMs: number): void {
    this.#sampledMs = nowMs;
    for (const sender of [...this.#senders.values()]) {
      if (nowMs - sender.movedMs > IDLE_MS) this.#senders.delete(sender.run?.id ?? sender.workload);
      else if (nowMs >= sender.taintedUntilMs) this.#learn(sender, nowMs);
    }
  }

  #learn(sender: Sender, nowMs: number): void {
    const { workload, run } = sender;
    if (run === undefined) {
      this.#learning.sample(workload, SENT_OUTSIDE, sender.sent.sum(nowMs, this.#parameters.windowMs), nowMs);
    } else if (nowMs - sender.movedMs <= SAMPLE_MS) {
      this.#learning.sampleRun(run.kind, run.id, SENT_OUTSIDE, sender.runBytes, nowMs);
    }
    // Once it has learned, a place is not known before it has been used for a whole window.
    const isLearning = this.#learning.progress(workload, nowMs) < 1;
    const afterMs = isLearning ? STILL_MS : this.#parameters.windowMs;
    for (const destination of sender.destinations.values()) {
      const { network: to, firstMs, movedMs } = destination;
      if (nowMs - firstMs < afterMs || nowMs - movedMs > SAMPLE_MS) continue;
      this.#learning.learn(workload, sentTo(to), nowMs);
      destination.isKnown = this.#learning.knows(workload, sentTo(to));
    }
  }

  #sender(local: Endpoint, timeMs: number): Sender {
    const run = runOf(local);
    const key = run?.id ?? workloadKey(local);
    let sender = this.#senders.get(key);
    if (sender === undefined) {
      sender = new Sender(workloadKey(local), local, run, timeMs);
      const evicted = this.#senders.set(key, sender);
      if (evicted !== undefined) this.#moved.delete(evicted);
    }
    return sender;
  }

  /** Whether it is the first time, and little: a crawler's networks are many, and none of them gets much. */
  #passes(sender: Sender, to: number, timeMs: number, sentBytes: number, receivedBytes: number): boolean {
    const hash = joinHash(sender.hash, to);
    if (sentBytes + receivedBytes > PASSING_BYTES || this.#passing.find(hash, timeMs) >= 0) return false;
    const slot = this.#passing.enter(hash, timeMs);
    this.#passing.set(slot, SENT, sentBytes);
    this.#passing.set(slot, RECEIVED, receivedBytes);
    return true;
  }

  /** Begins with what it was sent the first time. */
  #destination(sender: Sender, to: number, remote: Endpoint, port: number, timeMs: number): Destination {
    const name = network(remote.ip);
    const isKnown = this.#learning.knows(sender.workload, sentTo(name));
    const first = this.#passing.find(joinHash(sender.hash, to), timeMs);
    const firstMs = first < 0 ? timeMs : this.#passing.timeOf(first, timeMs);
    const destination = new Destination(name, { ...remote, port }, isKnown, firstMs);
    if (first >= 0) {
      const { windowMs } = this.#parameters;
      destination.sent.add(this.#passing.get(first, SENT), firstMs, windowMs);
      destination.received.add(this.#passing.get(first, RECEIVED), firstMs, windowMs);
      this.#passing.leave(first);
    }
    const evicted = sender.destinations.set(to, destination);
    if (evicted !== undefined) this.#alarmed.delete(evicted);
    return destination;
  }
}

function sentTo(to: string): string {
  return `sent to ${to}`;
}
