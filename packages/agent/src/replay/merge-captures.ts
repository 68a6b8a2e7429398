import type { Frame } from '@netguard/core';
import type { CaptureInput } from './capture-input.ts';

interface Lane {
  readonly input: CaptureInput;
  frame: Frame;
}

/**
 * All frames of several captures in the order of their time, one file after the other where they do not overlap. `pause`
 * is called before a file is read on, so that the caller can show progress; it gives true when nothing more is wanted.
 */
export async function forEachFrame(
  inputs: readonly CaptureInput[],
  each: (frame: Frame) => void,
  pause: () => Promise<boolean>,
): Promise<void> {
  const lanes: Lane[] = [];
  for (const input of inputs) {
    const frame = await next(input, pause);
    if (frame !== undefined) lanes.push({ input, frame });
  }
  while (lanes.length > 0) {
    const lane = earliest(lanes);
    each(lane.frame);
    const frame = lane.input.take() ?? (await next(lane.input, pause));
    if (frame !== undefined) lane.frame = frame;
    else lanes.splice(lanes.indexOf(lane), 1);
  }
}

async function next(input: CaptureInput, pause: () => Promise<boolean>): Promise<Frame | undefined> {
  for (;;) {
    const frame = input.take();
    if (frame !== undefined) return frame;
    if ((await pause()) || !(await input.fill())) return undefined;
  }
}

function earliest(lanes: readonly Lane[]): Lane {
  let first = lanes[0]!;
  for (const lane of lanes) if (lane.frame.timeMs < first.frame.timeMs) first = lane;
  return first;
}
