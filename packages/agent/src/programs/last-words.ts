const LONGEST = 400;
/** The line of the script that it speaks of follows. */
const PLACED_WARNING = /:\d+:\d+(?:-\d+)?: WARNING\b/;

/**
 * Of what bpftrace wrote to its error output, the line that says why it ended, with the user's file in place of standard input:
 * `top.bt:3:1-5: ERROR: …`. The first error; without one the first line that is no warning, nor what a warning points at.
 */
export function lastWords(said: string, file: string): string {
  const lines = said.replaceAll(/^stdin:/gm, `${file}:`).split('\n');
  const plain = lines.filter((line, at) => isTelling(line) && !PLACED_WARNING.test(lines[at - 1] ?? ''));
  const line = lines.find((each) => /\b(ERROR|FATAL|BUG)\b/.test(each)) ?? plain[0] ?? '';
  return line.trim().slice(0, LONGEST);
}

function isTelling(line: string): boolean {
  return !/\bWARNING\b/.test(line) && !/^[\s~]*$/.test(line);
}
