/**
 * Work that is done one piece at a time, in order. Files and names are waited for in the thread pool of the process, where the
 * reader of the kernel's ring waits too: however many sinks have a dead disk or resolver, each lane holds one thread.
 */
export class Lane {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(work);
    this.#tail = next.catch(() => undefined);
    return next;
  }
}

export const spoolLane = new Lane();
export const fileLane = new Lane();
export const lookupLane = new Lane();
