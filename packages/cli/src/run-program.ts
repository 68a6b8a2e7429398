import { CommanderError } from 'commander';
import { exitStatusOf, renderError } from './failure/render-error.ts';
import { buildProgram } from './program.ts';

/** Parses the arguments, runs the command and says with which status the process ends (docs/reference/cli.md). */
export async function runProgram(args: readonly string[]): Promise<number> {
  endQuietlyOnClosedPipe();
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    // Commander has printed its message and its suggestion; asking for help is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(renderError(error, process.env.NETGUARD_DEBUG === '1'));
    return exitStatusOf(error);
  }
}

/** `netguard observe | head -1` is success: the reader has seen enough. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.stderr.on('error', () => {});
}
