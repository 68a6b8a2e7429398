import type { Endpoint } from '../../endpoint.ts';
import type { ProbeObservation } from '../../observation.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import { FloodLane } from '../flood-lane.ts';
import { NAMED_SHARE } from '../flood-report.ts';
import { type FloodState, FloodTargets } from '../flood-targets.ts';
import type { SynFloodParameters } from './parameters.ts';

const CAPACITY = 2048;
/** SYNs of one source at once that are too few to judge it by itself. */
const LIGHT = 3;
const SUSPICION = 0.25;

/** Who is named is decided once. `isOurs`: by what one of our workloads sends, whatever its packets say. */
interface ClosedAlarm {
  readonly sinceMs: number;
  readonly source: Endpoint | null;
  readonly isOurs: boolean;
}

/** SYNs at one workload where nobody listens. `light`: of sources that send too few to be judged by themselves. */
export class ClosedTarget implements FloodState {
  readonly key: string;
  endpoint: Endpoint;
  isHeld = true;
  isTouched = false;
  readonly lanes = { outside: new FloodLane(), inside: new FloodLane(), light: new FloodLane() };
  alarm: ClosedAlarm | undefined;

  constructor(key: string, endpoint: Endpoint) {
    this.key = key;
    this.endpoint = endpoint;
  }

  get isKept(): boolean {
    return this.alarm !== undefined;
  }
}

export interface ClosedMeasure {
  readonly lane: FloodLane;
  /** SYNs a second. */
  readonly rate: number;
  readonly threshold: number;
}

/** Floods of ports that no listener has: no handshake could complete, so a rate over a floor is enough. */
export class ClosedPorts {
  readonly #context: DetectorContext;
  readonly #targets = new FloodTargets<ClosedTarget>(CAPACITY, (key, endpoint) => new ClosedTarget(key, endpoint));

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  observe(probe: ProbeObservation, local: Endpoint, remote: Endpoint, p: SynFloodParameters): void {
    const syns = probe.shapes.syn;
    const isHammering = syns >= p.synsPerPort * Math.max(1, probe.distinctPorts);
    if (!isHammering && syns > LIGHT) return;
    const { cluster } = this.#context;
    const isOutside = remote.kind === 'world' || cluster.isShared(remote);
    // A dead target that its clients keep trying (kubernetes-rules).
    if (!isOutside && cluster.isDeclared(probe.targetIp, probe.lastPort, probe.timeMs)) return;
    const { lanes } = this.#targets.touch(local);
    const lane = !isHammering ? lanes.light : isOutside ? lanes.outside : lanes.inside;
    lane.add(syns, 0, probe.sourceIp, probe.lastPort, isHammering ? sourceFloor(p) * SUSPICION : 0);
  }

  /**
   * Calls `each` for every flooded workload. `senderToward` knows who of ours sends so much raw TCP to it.
   */
  evaluate(
    nowMs: number,
    spanMs: number,
    p: SynFloodParameters,
    senderToward: (target: Endpoint, rate: number) => Endpoint | undefined,
    each: (state: ClosedTarget, measure: ClosedMeasure) => void,
  ): void {
    this.#targets.evaluate((state) => {
      let moved = false;
      for (const lane of Object.values(state.lanes)) {
        moved ||= !lane.isIdle;
        lane.roll(spanMs);
      }
      const measure = judge(state, p);
      if (measure === undefined) {
        state.alarm = undefined;
        for (const lane of Object.values(state.lanes)) lane.peers = undefined;
        return moved;
      }
      if (state.alarm === undefined) {
        const source = this.#sourceOf(measure.lane);
        const ours = source === null ? senderToward(state.endpoint, measure.rate) : undefined;
        state.alarm = { sinceMs: nowMs, source: source ?? ours ?? null, isOurs: ours !== undefined };
      }
      each(state, measure);
      return true;
    });
  }

  get state(): TableState {
    return this.#targets.state;
  }

  #sourceOf(lane: FloodLane): Endpoint | null {
    const loudest = lane.peers?.loudest;
    return loudest !== undefined && loudest.share >= NAMED_SHARE ? this.#context.nameAddress(loudest.ip) : null;
  }
}

function judge({ lanes, alarm }: ClosedTarget, p: SynFloodParameters): ClosedMeasure | undefined {
  const scale = alarm === undefined ? 1 : p.offRatio;
  const all: ClosedMeasure[] = [
    { lane: lanes.outside, rate: lanes.outside.rate, threshold: sourceFloor(p) },
    { lane: lanes.inside, rate: lanes.inside.rate, threshold: sourceFloor(p) * p.insideFactor },
  ];
  const listenerFloor = (p.listenerSynsPerWindow * 1000) / p.windowMs;
  if ((lanes.light.peers?.distinct ?? 0) >= p.closedSources) {
    all.push({ lane: lanes.light, rate: lanes.light.rate, threshold: listenerFloor });
  }
  const over = all.filter(({ rate, threshold }) => rate >= threshold * scale);
  return over.sort((a, b) => b.rate / b.threshold - a.rate / a.threshold)[0];
}

function sourceFloor(p: SynFloodParameters): number {
  return (p.sourceSynsPerWindow * 1000) / p.windowMs;
}
