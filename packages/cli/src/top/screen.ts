/** The part of a terminal's output that the screen needs. */
export interface ScreenOutput {
  write(text: string): unknown;
}

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
// Synchronized output: a terminal that knows it shows the frame at once, any other passes over it.
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

/**
 * Draws frames on the alternate screen, only the lines that changed. `leave` gives the terminal back as it was and may be
 * called at any time, any number of times.
 */
export class Screen {
  readonly #output: ScreenOutput;
  #shown: readonly string[] = [];
  #entered = false;

  constructor(output: ScreenOutput) {
    this.#output = output;
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#shown = [];
    this.#output.write(ENTER);
  }

  /** Forgets what is on the screen: the next frame is drawn whole (after a resize, after a suspension). */
  invalidate(): void {
    this.#shown = [];
  }

  draw(lines: readonly string[]): void {
    if (!this.#entered) return;
    let text = this.#shown.length === lines.length ? '' : '\x1b[2J';
    const previous = text ? [] : this.#shown;
    for (const [i, line] of lines.entries()) {
      // Erased before it is written: after a line that is as wide as the screen, erasing would take its last character.
      if (line !== previous[i]) text += `\x1b[${i + 1};1H\x1b[0m\x1b[2K${line}\x1b[0m`;
    }
    this.#shown = [...lines];
    if (text) this.#output.write(BEGIN + text + END);
  }

  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#output.write(LEAVE);
  }
}
