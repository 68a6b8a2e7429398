import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { NetGuardError } from '@netguard/core';
import type { Member } from '../lab/member.ts';
import { podProgram } from './assets.ts';
import type { PodSettings } from './pod-settings.ts';

/** Keep a pod's Node small: it handles some ten requests a second. */
const frugal = [
  '--max-old-space-size=48',
  '--max-semi-space-size=1',
  '--v8-pool-size=1',
  '--disable-warning=ExperimentalWarning',
];
const readyWithinMs = 20_000;

/** The program in one pod of the demo. */
export interface PodProcess {
  readonly child: ChildProcess;
  /** What it said first: `ready` from a server. */
  readonly line: Promise<string>;
  /** Why it ended, when it does. */
  readonly exit: Promise<string>;
}

/** Starts the pod program in a member. `line` rejects (NG_ERR_DEMO_POD) when it ends or is silent for `withinMs`. */
export function startPodProcess(member: Member, settings: PodSettings, withinMs = readyWithinMs): PodProcess {
  const child = member.spawn(process.execPath, [...frugal, podProgram, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    // One request's worth of threads, and none of the options that the caller's own Node was started with.
    env: { UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(reasonIn(complaint) ?? `status ${signal ?? code}`));
  });
  const line = new Promise<string>((resolve, reject) => {
    const fail = (cause: string) => {
      clearTimeout(timer);
      const doing = `starting ${settings.role} in ${member.id}`;
      reject(new NetGuardError('NG_ERR_DEMO_POD', doing, { cause, detail: complaint }));
    };
    const timer = setTimeout(() => fail(`no word from it for ${withinMs / 1_000} s`), withinMs);
    createInterface({ input: child.stdout as Readable }).once('line', (text) => {
      clearTimeout(timer);
      resolve(text);
    });
    void exit.then(fail);
  });
  // Whoever waits hears of a failure; nobody may be waiting any more when the lab closes.
  line.catch(() => {});
  return { child, line, exit };
}

/** Of a stack trace, the line that says what happened. */
function reasonIn(complaint: string): string | undefined {
  const lines = complaint.split('\n').map((each) => each.trim());
  return lines.find((each) => /^\w*Error\b/.test(each)) ?? lines.findLast((each) => each !== '');
}
