import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** What a translation has in common with the page it was made from. */
function shapeOf(name: string) {
  const text = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
  const code = text.match(/^```[\s\S]*?^```$/gm) ?? [];
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return {
    headings: (prose.match(/^#+ /gm) ?? []).map((mark) => mark.length - 1),
    code,
    tableRows: (prose.match(/^\|/gm) ?? []).length,
    links: [...prose.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !target?.startsWith('README'))
      .sort(),
    names: [...new Set([...prose.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name))].sort(),
  };
}

test('README.zh-CN.md has the headings, commands, tables, links and names of README.md', () => {
  assert.deepEqual(shapeOf('README.zh-CN.md'), shapeOf('README.md'));
});
