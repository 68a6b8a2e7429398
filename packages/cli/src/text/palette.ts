import type { Severity } from '@netguard/core';

type Paint = (text: string) => string;

export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly inverse: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
  readonly cyan: Paint;
  severity(severity: Severity): Paint;
}

/** Colours and attributes for a terminal. Text comes in safe and already fitted: a painted text is never cut. */
export function palette(options: { readonly colour: boolean; readonly attributes?: boolean }): Palette {
  const paint = (on: boolean, open: number | string, close: number): Paint =>
    on ? (text) => (text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`) : (text) => text;
  const { colour, attributes = colour } = options;
  const severities: Record<Severity, Paint> = {
    critical: paint(colour, '1;97;41', 0),
    high: paint(colour, '1;31', 0),
    medium: paint(colour, '33', 39),
    low: paint(colour, '36', 39),
  };
  return {
    bold: paint(attributes, 1, 22),
    dim: paint(attributes, 2, 22),
    inverse: paint(attributes, 7, 27),
    red: paint(colour, 31, 39),
    green: paint(colour, 32, 39),
    yellow: paint(colour, 33, 39),
    blue: paint(colour, 34, 39),
    magenta: paint(colour, 35, 39),
    cyan: paint(colour, 36, 39),
    severity: (severity) => severities[severity] ?? ((text) => text),
  };
}

interface Output {
  readonly isTTY?: boolean;
}

/** Whether to colour `output`: `choice` first, then NO_COLOR (no-color.org), FORCE_COLOR, TERM=dumb, else a terminal. */
export function wantsColour(
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
  choice: 'auto' | 'always' | 'never' = 'auto',
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return output.isTTY === true && env.TERM !== 'dumb';
}
