import { lastErrno, type Pointer, registerCallback, stringAt } from './ffi.ts';
import { libbpf } from './libbpf.ts';
import { libc, withProcessLock } from './libc.ts';

/** What a call of libbpf returned, the errno right after it, and what libbpf printed meanwhile (warnings and notes). */
export interface Logged<T> {
  readonly value: T;
  readonly errno: number;
  readonly log: string;
}

const INFO = 1;
const DEBUG = 2;
let highestLevel = INFO;
let callback: bigint | undefined;
let lines: string[] = [];

/**
 * Collects what libbpf prints during `call`; nothing reaches stderr. One thread of the process at a time is in here. `debug`:
 * its debug lines too, which is where it puts the verifier's log of a program that was accepted.
 */
export function logged<T>(call: () => T, debug = false): Logged<T> {
  return withProcessLock(() => {
    callback ??= registerCallback(collect, 'int', ['int', 'void *', 'void *']);
    lines = [];
    highestLevel = debug ? DEBUG : INFO;
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
  if (level > highestLevel) return 0;
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
/** An instruction, the source line it came from, or a jump: what the verifier walked, not what it objected to. */
const WALK = /^\d+: |^; |^from \d+ to \d+|^R\d+(_w)?=|^mark_precise|^last_idx|^parent didn't have|^regs=/;
const MAX_REASONS = 3;

/** The verifier's part of a log and the program it speaks of; undefined when the verifier said nothing. */
export function verifierPart(log: string): { program: string; text: string; reason: string } | undefined {
  const begin = log.lastIndexOf('-- BEGIN PROG LOAD LOG --');
  if (begin < 0) return undefined;
  const end = log.indexOf('-- END PROG LOAD LOG --', begin);
  const text = log.slice(log.indexOf('\n', begin) + 1, end < 0 ? undefined : end);
  const lines = usefulLines(text);
  if (lines.length === 0) return undefined;
  // Its objection is what follows the last instruction: one line mostly, sometimes two that need each other.
  const objection = lines.slice(lines.findLastIndex((line) => WALK.test(line)) + 1);
  const reason = (objection.length > 0 ? objection : lines).slice(-MAX_REASONS).join(', ');
  const program = [...log.slice(0, begin).matchAll(/prog '([^']*)'/g)].at(-1)?.[1] ?? '?';
  return { program, text, reason };
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
