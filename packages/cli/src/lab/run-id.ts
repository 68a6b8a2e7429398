import { randomInt } from 'node:crypto';

/**
 * One lab's name, from which the names of all that it creates derive: network namespaces `<run>.<name>`, the cgroup
 * `netguard-<run>`, the file `<run>.json`. `ng-`, the owner's pid and a random part, five base-36 digits each, so that
 * labs of one process differ too.
 */
export function newRunId(pid: number): string {
  return `${runIdPrefix(pid)}${digits(randomInt(36 ** 5))}`;
}

/** With what the names of all labs of one process begin. */
export function runIdPrefix(pid: number): string {
  return `ng-${digits(pid)}`;
}

function digits(value: number): string {
  return value.toString(36).padStart(5, '0');
}

const runIdPattern = /^ng-[0-9a-z]{10}$/;

/** True for a name that `newRunId` could have made: nothing else is ever swept. */
export function isRunId(text: string): boolean {
  return runIdPattern.test(text);
}
