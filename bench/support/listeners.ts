import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Pod } from '../../packages/cli/src/lab/pod.ts';
import { ChildLines } from './child-lines.ts';

const program = fileURLToPath(new URL('listener-program.ts', import.meta.url));

/** A listener in each pod, all held by one process until it is disposed. */
export async function listenInPods(pods: readonly Pod[], port: number): Promise<AsyncDisposable> {
  const ends = pods.map(({ netnsPath, cgroupPath, ip }) => ({ netnsPath, cgroupPath, ip }));
  const argv = ['--disable-warning=ExperimentalWarning', program, JSON.stringify({ ends, port })];
  const child = new ChildLines(spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] }));
  await child.until((line) => line === 'listening');
  return { [Symbol.asyncDispose]: () => child.end() };
}
