import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { NetGuardError } from '@netguard/core';
import { reaperScript } from '../demo/assets.ts';
import { runFilePath } from './run-file.ts';

/**
 * The process that cleans up after a lab, whatever happens to the lab's owner (a killed process cannot). It is started
 * before anything is created, sits in a session of its own and waits for the end of a pipe that only the owner holds.
 * An orderly close takes the same way, so that there is one clean-up and it is always in use.
 */
export class Reaper {
  readonly pid: number;
  #child: ChildProcess;
  #said = '';
  #exit: Promise<number>;
  readonly #run: string;
  readonly #cgroup: string;

  constructor(run: string, cgroup: string) {
    this.#run = run;
    this.#cgroup = cgroup;
    [this.#child, this.#exit] = this.#start();
    this.pid = this.#child.pid ?? 0;
  }

  /** Removes the run and waits until it is gone. @throws NG_ERR_LAB_CLEANUP naming what could not be removed. */
  async reap(): Promise<void> {
    if ((await this.#finish()) === 0) return;
    // Somebody ended it, or something was busy for long: once more, from the start.
    this.#said = '';
    [this.#child, this.#exit] = this.#start();
    const status = await this.#finish();
    if (status === 0) return;
    throw new NetGuardError('NG_ERR_LAB_CLEANUP', `removing the lab ${this.#run}`, {
      cause: this.#said.trim() || `the reaper ended with status ${status}`,
      hint: 'The next start of a demo or lab tries again.',
    });
  }

  async #finish(): Promise<number> {
    this.#child.ref();
    (this.#child.stdin as Writable).end();
    return await this.#exit;
  }

  #start(): [ChildProcess, Promise<number>] {
    const child = spawn('/bin/sh', [reaperScript, this.#run, this.#cgroup, runFilePath(this.#run)], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const exit = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : -1));
    exit.catch(() => {});
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    // A program that forgets its lab may still end, and the reaper then does its work.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) unrefStream(stream);
    return [child, exit];
  }
}

/** A pipe to a child is a socket, which its stream type does not say. */
function unrefStream(stream: Readable | Writable): void {
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
}
