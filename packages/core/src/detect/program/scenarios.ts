/** For tests only: measurements over a limit, and ones that come near and do not stay. */
import type { Endpoint } from '../../endpoint.ts';
import type { ProgramCondition, ProgramObservation } from '../../observation.ts';
import type { Who } from '../detector.ts';
import { play, type Scenario, type Seen, START_MS } from '../scenario.ts';
import { pod } from '../session-observations.ts';

export const web = pod('10.244.1.5', 'shop', 'web');
export const stranger: Endpoint = { ip: '203.0.113.9', kind: 'world' };

export const condition: ProgramCondition = {
  comparison: '>',
  on: 100,
  off: 50,
  forMs: 2000,
  windowMs: 5000,
  severity: 'high',
  expression: 'rate(syns, 5s)',
  unit: '1/s',
};

export function measured(timeMs: number, value: number, more: Partial<ProgramObservation & Who> = {}): Seen {
  const { local = stranger, remote = null, ...over } = more;
  const observation: ProgramObservation = {
    kind: 'program',
    timeMs,
    program: 'syn-count',
    alert: 'syns',
    labels: { saddr: local.ip },
    cause: '',
    value,
    title: `${local.ip} sends ${value} SYNs/s`,
    condition,
    ends: 'source',
    ...over,
  };
  return { observation, who: { local, remote } };
}

const series =
  (valueAt: (second: number) => number): Scenario =>
  (set) =>
    play(
      set,
      Array.from({ length: 20 }, (_, second) => measured(START_MS + second * 1000, valueAt(second))),
      START_MS + 60_000,
    );

export const attack: Scenario = series(() => 150);
/** Above the upper level for a second at a time, and between the two for long. */
export const benign: Scenario = series((second) => (second % 3 === 0 ? 1000 : 75));

export function strangers(index: number, timeMs: number): Seen[] {
  const local: Endpoint = { ip: `20.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, kind: 'world' };
  return [measured(timeMs, 150, { local })];
}
