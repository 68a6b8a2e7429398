import type { Palette } from '../text/palette.ts';
import { formatExact } from '../text/quantity.ts';
import { safeText } from '../text/safe-text.ts';
import { type TunedDetector, valueInForce } from './tuning.ts';

/** A line a parameter: its value in a namespace, the default where that is another, and what it is. `marked` gets an arrow. */
export function parameterLines(
  detector: TunedDetector,
  namespace: string | undefined,
  palette: Palette,
  marked?: string,
): string[] {
  const names = Object.keys(detector.parameters);
  const widest = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => {
    const { default: usual = 0, unit = '', description = '' } = detector.parameters[name] ?? {};
    const value = valueInForce(detector, name, namespace) ?? usual;
    const was = value === usual ? '' : ` (default ${formatExact(usual)})`;
    const arrow = name === marked ? '→' : ' ';
    return `${arrow} ${palette.cyan(name.padEnd(widest))}  ${formatExact(value)} ${safeText(unit)}${was}  ${palette.dim(safeText(description))}`;
  });
}
