/** What every program of a pod shares: its settings, its words, its end. */

/** The settings given as JSON by whoever started this program. */
export function settings<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Says something: one line of JSON. */
export function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Calls back when the starter wants this program to stop: its standard input ends. */
export function onStop(stop: () => void): void {
  process.stdin.resume().on('end', stop);
}
