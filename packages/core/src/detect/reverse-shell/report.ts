import type { Finding, Mitre, Severity } from '../../alert/alert.ts';
import { endpointName } from '../../endpoint.ts';
import type { ReverseShellParameters } from './parameters.ts';
import { type Shell, type ShellForm, shellSigns } from './shell.ts';

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
  const { client, server, isReverse, form = 'typing', turns, texts } = worst;
  let count = 0;
  let sinceMs = worst.alarmSinceMs;
  for (const shell of shells) {
    count += shell.unreported;
    shell.unreported = 0;
    sinceMs = Math.min(sinceMs, shell.alarmSinceMs);
  }
  const [from, to] = [endpointName(client), `${endpointName(server)}:${server.port ?? 0}`];
  const isTyping = form === 'typing';
  const text = texts.shell.greeting ?? texts.shell.output;
  const { command } = texts.hand;
  return {
    rule: 'reverse-shell',
    category: 'malware',
    severity: SEVERITY[form],
    confidence: CONFIDENCE[form],
    title: title(worst, from, to),
    description: describe(worst, from, to),
    source: client,
    target: server,
    sinceMs,
    count,
    evidence: {
      observed: isTyping ? turns : shellSigns(texts.shell, texts.hand).signs,
      threshold: isTyping ? p.exchanges : p.signs,
      unit: isTyping ? 'exchanges' : 'signs',
      windowMs: Math.max(1, Math.round(nowMs - worst.sinceMs)),
      form,
      direction: isReverse ? 'reverse' : 'bind',
      connections: shells.length,
      ...(text !== undefined && { text }),
      ...(command !== undefined && { command }),
    },
    mitre: REVERSE_SHELL_MITRE,
    suggestion: isTyping
      ? `Ask what ${from} talks with ${to} in a protocol of its own. If nobody knows, deny it egress and keep the pod for inspection.`
      : `Somebody is in ${isReverse ? from : endpointName(server)} now: cut it off with a NetworkPolicy that denies everything, keep it for inspection, change the credentials that it holds, and look for what let them in.`,
  };
}

function title({ isReverse, form }: Shell, from: string, to: string): string {
  if (form === 'typing') return `${from} answers to somebody who types at ${to}`;
  return isReverse ? `Reverse shell from ${from} to ${to}` : `Shell at ${to} is open to ${from}`;
}

function describe({ isReverse, form, texts: { shell, hand } }: Shell, from: string, to: string): string {
  const called = `${from} opened a connection to ${to}`;
  if (form === 'typing')
    return `${called} on which the server sends short lines with pauses between them, and the client answers each, in plain text of no known protocol.`;
  if (form === 'commands')
    return `${called}, got commands of a shell on it (\`${hand.command}\` first) and answered them with text.`;
  const typed = hand.command === undefined ? '' : ` The other end typed \`${hand.command}\`.`;
  return `${called}${isReverse ? ' and sent' : ', which answered with'} the ${shell.greeting ?? shell.output}.${typed}`;
}
