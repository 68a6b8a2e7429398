import type { StatusResponse } from '../client/api-types.ts';
import { DEFAULT_SERVERS } from '../client/server-address.ts';
import { wrap } from '../text/display-width.ts';
import type { Palette } from '../text/palette.ts';
import { safeText } from '../text/safe-text.ts';

/** What a person at the terminal is told once the daemon stands: what is watched, what is missing, what to do next. */
export function announce(status: StatusResponse, url: string, palette: Palette): string[] {
  const origin = new URL(url).origin;
  const server = (DEFAULT_SERVERS as readonly string[]).includes(origin) ? '' : ` --server ${origin}`;
  const row = (name: string, text: string): string => `  ${palette.dim(name.padEnd(8))}${text}`;
  return [
    `${palette.bold(`NetGuard ${safeText(status.version)}`)} watches ${watched(status)}`,
    ...status.degraded.flatMap((sentence) =>
      wrap(safeText(sentence), 90).map((line, i) => palette.yellow(`  ${i === 0 ? '! ' : '  '}${line}`)),
    ),
    row('live', palette.cyan(`netguard top${server}`)),
    row('flows', palette.cyan(`netguard observe -f${server}`)),
    row('alerts', palette.cyan(`netguard alerts${server}`)),
    row('HTTP', `${origin}/metrics  ${origin}/api/v1/status`),
    row('stop', 'Ctrl-C'),
    '',
  ];
}

function watched({ source, wholeHost, cgroupRoot, node, kernel, programs }: StatusResponse): string {
  if (source.hubble !== undefined) {
    const { address, isConnected } = source.hubble;
    const state = isConnected ? 'connected' : 'not connected yet';
    return `the flows of the Hubble relay at ${safeText(address)}: ${state}, no kernel program.`;
  }
  const scope = wholeHost ? 'this whole machine' : `the cgroup subtree ${safeText(cgroupRoot)}`;
  const attached = programs.filter((program) => program.attached).length;
  return `${scope}: ${safeText(node)}, Linux ${safeText(kernel)}, ${attached} of ${programs.length} kernel programs attached.`;
}
