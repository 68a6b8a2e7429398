import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileTree } from './file-tree.ts';

test('entries come in one order, directories before what is in them, whatever the order they were added in', () => {
  const paths = (tree: FileTree) => tree.entries().map(([path]) => path);
  const one = new FileTree().file('b/c/d', 'x').file('b-a', 'x').symlink('a', 'b');
  const other = new FileTree().symlink('a', 'b').file('b-a', 'x').file('b/c/d', 'x');
  assert.deepEqual(paths(one), ['a', 'b', 'b-a', 'b/c', 'b/c/d']);
  assert.deepEqual(paths(other), paths(one));
});

test('a directory that is added later sets the mode of one that was made for a file', () => {
  const tree = new FileTree().file('tmp/x', '').directory('tmp', 0o1777);
  assert.deepEqual(tree.get('tmp'), { kind: 'directory', mode: 0o1777 });
});

test('a path that leaves the image, is there twice or lies in something else than a directory is refused', () => {
  const tree = new FileTree().file('file', '').symlink('link', 'elsewhere');
  for (const path of ['../x', '/x', 'a//b', 'a/./b', ''])
    assert.throws(() => tree.file(path, ''), /no path in an image/);
  for (const path of ['file/x', 'link/x']) assert.throws(() => tree.file(path, ''), /is no directory/);
  for (const path of ['file', 'link']) assert.throws(() => tree.directory(path), /is there twice/);
});

test('a tree is written to disk with its modes and links', () => {
  const root = mkdtempSync(join(tmpdir(), 'netguard-tree-'));
  try {
    new FileTree().file('bin/run', 'hello', 0o755).symlink('run', 'bin/run').writeTo(root);
    assert.equal(readFileSync(join(root, 'run'), 'utf8'), 'hello');
    assert.equal(readlinkSync(join(root, 'run')), 'bin/run');
    assert.equal(statSync(join(root, 'bin/run')).mode & 0o777, 0o755);
  } finally {
    rmSync(root, { recursive: true });
  }
});
