import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import type { Config } from './config/schema.ts';
import { RepeatedLines, type RepeatedLinesOptions } from './repeated-lines.ts';

export interface LogOptions extends RepeatedLinesOptions {
  readonly level: Config['log']['level'];
  /** `auto` is pretty when stderr is a terminal. */
  readonly format: Config['log']['format'];
  /** Where lines go; stderr unless a test says otherwise. */
  readonly output?: DestinationStream;
}

/** The `code` of lines that say who changed what. They are always written. */
export const AUDIT_CODE = 'AUDIT';

export interface Logger extends PinoLogger {
  /** Writes the counts of held back repetitions; call it before the process ends. */
  flushRepeated(): void;
}

/**
 * A logger that writes to stderr: JSON lines with `time` (RFC 3339), `level` as a word, `msg` and `code`, or the same for
 * eyes on a terminal. The same code and message within ten seconds is written once, then once more with `repeated`.
 */
export async function createLogger({ level, format, output, ...repeating }: LogOptions): Promise<Logger> {
  const pretty = format === 'pretty' || (format === 'auto' && output === undefined && process.stderr.isTTY === true);
  const sink = output ?? destination({ dest: 2, sync: true });
  const lines = new RepeatedLines(repeating);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: process.env.NETGUARD_DEBUG === '1' ? stdSerializers.err : briefly },
      hooks: {
        logMethod(args, method, number) {
          const [fields, message] = split(args);
          // Who changed what is written each time, however often.
          if (fields.code === AUDIT_CODE) return method.apply(this, [fields, message]);
          const kind = `${number}\0${String(fields.code ?? '')}\0${message}`;
          lines.pass(kind, (repeated) =>
            method.apply(this, [repeated > 0 ? { ...fields, repeated } : fields, message]),
          );
        },
      },
    },
    pretty ? await prettyStream(sink) : jsonStream(sink),
  );
  return Object.assign(logger, { flushRepeated: () => lines.flush() });
}

/** pino takes `(msg)`, `(fields, msg)` and `(error, msg)`; an error's code becomes the line's. */
function split(args: readonly unknown[]): [Record<string, unknown>, string] {
  const [first, second] = args;
  if (typeof first === 'string') return [{}, first];
  const fields: Record<string, unknown> =
    first instanceof Error ? { err: first } : { ...(first as object | undefined) };
  const { err } = fields;
  if (err instanceof Error && 'code' in err && fields.code === undefined) fields.code = err.code;
  return [fields, typeof second === 'string' ? second : err instanceof Error ? err.message : ''];
}

/** What a reader of logs needs of an error; the stack only with NETGUARD_DEBUG=1. */
function briefly(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { message: error.message, ...('code' in error ? { code: error.code } : {}) };
}

/** JSON escapes C0 only; the rest that steers a terminal (`kubectl logs`) is written as `\uXXXX`: the same value to a parser. */
function jsonStream(sink: DestinationStream): DestinationStream {
  return { write: (line: string) => sink.write(line.replace(STEERING, escaped)) };
}

async function prettyStream(sink: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({
    colorize: process.env.NO_COLOR === undefined && sinkIsTerminal(),
    ignore: 'pid,hostname',
  });
  return {
    write(line: string) {
      sink.write(format(visible(line)) ?? line);
    },
  };
}

function sinkIsTerminal(): boolean {
  return process.stderr.isTTY === true;
}

/** DEL, C1 controls, bidirectional overrides, invisible separators. */
const STEERING = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const ESCAPED_CONTROL = /\\u00[01][0-9a-f]|\\u007f/gi;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Names of pods and programs are other people's text: what would steer a terminal is taken out of the JSON line. */
function visible(line: string): string {
  return line.replace(ESCAPED_CONTROL, '\ufffd').replace(STEERING, '\ufffd');
}
