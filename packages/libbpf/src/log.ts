import { lastErrno, type Pointer, registerCallback, stringAt } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { libc, withProcessLock } from './libc.ts';

/** What a call of libbpf returned, the errno right after it, and what libbpf printed meanwhile (warnings and notes). */
export interface Logged<T> {
  readonly value: T;
  readonly errno: number;
  readonly log: string;
}

const DEBUG = 2;
let callback: bigint | undefined;
let lines: string[] = [];

/** Collects what libbpf prints during `call`; nothing reaches stderr. One thread of the process at a time is in here. */
export function logged<T>(call: () => T): Logged<T> {
  return withProcessLock(() => {
    callback ??= registerCallback(collect, 'int', ['int', 'void *', 'void *']);
    lines = [];
    libbpf.libbpf_set_print(callback);
    try {
      const value = call();
      const errno = lastErrno();
      return { value, errno, log: lines.join('') };
    } finally {
      libbpf.libbpf_set_print(null);
      lines = [];
    }
  });
}

const formatted = new BigUint64Array(1);

/** A `va_list` argument is the address of its state both on x86-64 and on arm64, so vasprintf takes it on as it came. */
function collect(level: number, format: Pointer, args: Pointer): number {
  if (level >= DEBUG) return 0;
  try {
    const length = libc.vasprintf(formatted, format, args);
    if (length < 0) return 0;
    const text = formatted[0]!;
    lines.push(stringAt(text, length));
    libc.free(text);
  } catch (cause) {
    lines.push(`(a log line was lost: ${cause})\n`);
  }
  return 0;
}

const NOISE =
  /^\s*$|^processed \d+ insns|^verification time|^stack depth|^-- (BEGIN|END) PROG LOAD LOG --|^max_states|^peak_states/;

/** The verifier's part of a log and the program it speaks of; undefined when the verifier said nothing. */
export function verifierPart(log: string): { program: string; text: string; lastLine: string } | undefined {
  const begin = log.lastIndexOf('-- BEGIN PROG LOAD LOG --');
  if (begin < 0) return undefined;
  const end = log.indexOf('-- END PROG LOAD LOG --', begin);
  const text = log.slice(log.indexOf('\n', begin) + 1, end < 0 ? undefined : end);
  const lastLine = usefulLines(text).at(-1);
  if (lastLine === undefined) return undefined;
  const program = [...log.slice(0, begin).matchAll(/prog '([^']*)'/g)].at(-1)?.[1] ?? '?';
  return { program, text, lastLine };
}

/** First line of libbpf's own words that says why: the later ones only repeat that the whole was refused. */
export function libbpfReason(log: string): string | undefined {
  const line = usefulLines(log).find((candidate) => candidate.startsWith('libbpf: '));
  return line?.slice('libbpf: '.length);
}

function usefulLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !NOISE.test(line));
}
