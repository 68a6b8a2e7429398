import { randomInt } from 'node:crypto';

/**
 * One lab's name, from which the names of all that it creates derive: network namespaces `<run>.<name>`, the cgroup
 * `netguard-<run>`, the file `<run>.json`. `ng-`, the owner's pid and a random part, five base-36 digits each, so that
 * labs of one process differ too.
 */
export function newRunId(pid: number): string {
  const digits = (value: number) => value.toString(36).padStart(5, '0');
  return `ng-${digits(pid)}${digits(randomInt(36 ** 5))}`;
}

const runIdPattern = /^ng-[0-9a-z]{10}$/;

/** True for a name that `newRunId` could have made: nothing else is ever swept. */
export function isRunId(text: string): boolean {
  return runIdPattern.test(text);
}
