import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { ReverseShellParameters } from './parameters.ts';
import { type Shell, type ShellForm, signsOf } from './shell.ts';

/** Unix shell; non-application layer protocol. */
export const REVERSE_SHELL_MITRE: readonly Mitre[] = [
  { tactic: 'execution', technique: 'T1059.004' },
  { tactic: 'command-and-control', technique: 'T1095' },
];

const SEVERITY: Readonly<Record<ShellForm, Severity>> = {
  prompt: 'high',
  output: 'high',
  commands: 'medium',
  typing: 'low',
};
const CONFIDENCE: Readonly<Record<ShellForm, number>> = { prompt: 0.9, output: 0.9, commands: 0.6, typing: 0.4 };
const ORDER: readonly (ShellForm | undefined)[] = [undefined, 'typing', 'commands', 'output', 'prompt'];

/** The finding about the conversations of two ends. Moves their reported counts on. */
export function shellFinding(shells: readonly Shell[], nowMs: number, p: ReverseShellParameters): Finding {
  const worst = shells.reduce((one, other) => (ORDER.indexOf(other.form) > ORDER.indexOf(one.form) ? other : one));
  const { local, remote, isOutward, form = 'typing', command, turns } = worst;
  let count = 0;
  let sinceMs = worst.alarmSinceMs;
  for (const shell of shells) {
    count += shell.unreported;
    shell.unreported = 0;
    sinceMs = Math.min(sinceMs, shell.alarmSinceMs);
  }
  const [pod, other] = [endpointName(local), `${endpointName(remote)}${isOutward ? `:${remote.port ?? 0}` : ''}`];
  const isTyping = form === 'typing';
  const text = worst.greeting ?? worst.output;
  return {
    rule: 'reverse-shell',
    category: 'malware',
    severity: SEVERITY[form],
    confidence: CONFIDENCE[form],
    title: title(worst, pod, other),
    description: describe(worst, pod, other),
    source: isOutward ? local : remote,
    target: isOutward ? remote : local,
    sinceMs,
    count,
    evidence: {
      observed: isTyping ? turns : signsOf(worst).signs,
      threshold: isTyping ? p.exchanges : p.signs,
      unit: isTyping ? 'exchanges' : 'signs',
      windowMs: Math.max(1, Math.round(nowMs - worst.sinceMs)),
      form,
      direction: isOutward ? 'reverse' : 'bind',
      connections: shells.length,
      ...(text !== undefined && { text }),
      ...(command !== undefined && { command }),
    },
    mitre: REVERSE_SHELL_MITRE,
    suggestion: isTyping
      ? `Ask what ${pod} talks with ${other} in a protocol of its own. If nobody knows, deny it egress and keep the pod for inspection.`
      : `Somebody is in ${pod} now: cut it off with a NetworkPolicy that denies everything, keep it for inspection, change the credentials that it holds, and look for what let them in.`,
  };
}

function title({ isOutward, form }: Shell, pod: string, other: string): string {
  if (form === 'typing') return `${pod} answers to somebody who types at ${other}`;
  return isOutward ? `Reverse shell from ${pod} to ${other}` : `Shell of ${pod} is open to ${other}`;
}

function describe({ isOutward, form, greeting, output, command }: Shell, pod: string, other: string): string {
  const called = isOutward ? `${pod} opened a connection to ${other}` : `${other} opened a connection to ${pod}`;
  const typed = command === undefined ? '' : ` The other end typed \`${command}\`.`;
  if (form === 'typing')
    return `${called} on which the server sends short lines with pauses between them, and the client answers each, in plain text of no known protocol.`;
  if (form === 'commands')
    return `${called}, got commands of a shell on it (\`${command}\` first) and answered them with text.`;
  return `${called} and sent the ${greeting ?? output} on it.${typed}`;
}
