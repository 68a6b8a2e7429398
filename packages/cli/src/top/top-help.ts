import type { Palette } from '../text/palette.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['1 2 3, Tab', 'pods, edges (who talks to whom), listeners (who is asked for connections)'],
  ['s S, ← →', 'sort by the next, by the previous column; again: the other way round'],
  ['r t p b n a', 'sort by received, transmitted, packets, both, name, alerts'],
  ['/', 'show only what contains the text; Enter keeps it, Esc drops it'],
  ['↑ ↓, PgUp PgDn', 'move through the rows; Home, End'],
  ['space', 'hold the numbers still'],
  ['q, Ctrl-C', 'quit'],
];

/** The help page of `top`: keys, then how the numbers are meant. */
export function topHelp(palette: Palette): string[] {
  return [
    palette.bold('Keys'),
    ...KEYS.map(([key, text]) => `  ${palette.cyan(key.padEnd(16))}${text}`),
    '',
    palette.bold('Numbers'),
    '  Bytes are what applications sent and received (payload), packets are segments and datagrams.',
    '  Traffic inside a pod (loopback) is left out. Edges cover the last full window.',
    '',
    palette.dim('Any key leaves this page.'),
  ];
}
