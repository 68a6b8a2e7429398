import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroupDirectory } from './cgroup-argument.ts';
import { programsCommand } from './programs.ts';

test('the directory of a cgroup is absolute', () => {
  assert.equal(cgroupDirectory('/sys/fs/cgroup'), '/sys/fs/cgroup');
  assert.equal(cgroupDirectory('a/../b'), `${process.cwd()}/b`);
});

test('an empty directory is refused, and is not the one we are in', async () => {
  const load = programsCommand().commands.find((each) => each.name() === 'load');
  load?.exitOverride().configureOutput({ writeErr: () => undefined });
  for (const empty of ['', ' ']) {
    const loading = load?.parseAsync(['x.bpf.o', '--cgroup', empty], { from: 'user' });
    await assert.rejects(loading ?? Promise.resolve(), {
      code: 'commander.invalidArgument',
      message: /--cgroup .*It is empty: no cgroup v2/,
    });
  }
});
