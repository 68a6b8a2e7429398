export type Key =
  | { readonly kind: 'character'; readonly text: string }
  | { readonly kind: 'named'; readonly name: KeyName };

export type KeyName =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'home'
  | 'end'
  | 'tab'
  | 'back-tab'
  | 'enter'
  | 'backspace'
  | 'escape'
  | 'interrupt'
  | 'suspend'
  | 'redraw';

const SEQUENCES: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'back-tab',
  '1~': 'home',
  '4~': 'end',
  '5~': 'page-up',
  '6~': 'page-down',
  '7~': 'home',
  '8~': 'end',
};

const CONTROLS: Readonly<Record<string, KeyName>> = {
  '\t': 'tab',
  '\r': 'enter',
  '\n': 'enter',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x03': 'interrupt',
  '\x1a': 'suspend',
  '\x0c': 'redraw',
};

// CSI (with parameters) or SS3 sequences, else one character.
const ESC = '\x1b';
const TOKEN = new RegExp(`${ESC}\\[([0-9;?]*[@-~])|${ESC}O([A-Z])|${ESC}|[\\s\\S]`, 'gu');

/** What was pressed, from what a terminal in raw mode sent. Sequences that mean nothing here are left out. */
export function parseKeys(input: string): Key[] {
  const keys: Key[] = [];
  for (const [token, csi, ss3] of input.matchAll(TOKEN)) {
    const sequence = csi ?? ss3;
    // `1;5A` is an arrow with a modifier held: the arrow counts.
    const name = sequence === undefined ? undefined : SEQUENCES[sequence.replace(/^\d+;\d+(?=[A-Z])/, '')];
    if (sequence !== undefined) {
      if (name) keys.push({ kind: 'named', name });
    } else if (token === ESC) keys.push({ kind: 'named', name: 'escape' });
    else if (CONTROLS[token]) keys.push({ kind: 'named', name: CONTROLS[token] });
    else if (token >= ' ') keys.push({ kind: 'character', text: token });
  }
  return keys;
}
