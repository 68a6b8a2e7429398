import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Screen } from './screen.ts';

function recorder(): { written: string[]; screen: Screen; take(): string } {
  const written: string[] = [];
  const screen = new Screen({ write: (text) => written.push(text) });
  return { written, screen, take: () => written.splice(0).join('') };
}

test('only the lines that changed are drawn again', () => {
  const { screen, take } = recorder();
  screen.enter();
  screen.draw(['a', 'b', 'c']);
  take();
  screen.draw(['a', 'B', 'c']);
  const text = take();
  assert.match(text, /\[2;1H.*B/);
  assert.doesNotMatch(text, /\[1;1H|\[3;1H|\[2J/);
  screen.draw(['a', 'B', 'c']);
  assert.equal(take(), '');
});

test('after a resize everything is drawn, from a clean screen', () => {
  const { screen, take } = recorder();
  screen.enter();
  screen.draw(['a', 'b']);
  take();
  screen.invalidate();
  screen.draw(['a', 'b']);
  assert.match(take(), /\[2J.*\[1;1H.*a.*\[2;1H.*b/);
});

test('the terminal is given back once, with cursor and wrapping, and nothing is drawn after it', () => {
  const { screen, take } = recorder();
  screen.leave();
  assert.equal(take(), '');
  screen.enter();
  screen.enter();
  take();
  screen.leave();
  screen.leave();
  assert.equal(take(), '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l');
  screen.draw(['late']);
  assert.equal(take(), '');
});

test('a line as wide as the screen keeps its last character: nothing is erased after it', () => {
  const { screen, take } = recorder();
  screen.enter();
  screen.draw(['full width']);
  assert.doesNotMatch(take(), /full width.*\[[0-2]?K/);
});
