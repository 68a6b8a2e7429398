/** Debian's own bpftrace, with its own libraries, under `netguard run` on this machine's kernel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianBpftrace } from '../../tools/kernels/debian-bpftrace.ts';
import { enterOwnNamespace } from '../kernel/support/own-namespace.ts';
import { scriptCounts } from '../kernels/guest/script.ts';
import type { Found } from '../kernels/guest/stage.ts';
import { isEqual } from '../kernels/report.ts';
import { repository } from './support/command.ts';

/** bpftrace is fetched for this processor alone. */
const skip = process.arch !== 'x64' && 'bpftrace is fetched for x86_64';

test('a script counts exactly, is started again when it is killed, and leaves no process', { skip }, async () => {
  const bpftrace = await debianBpftrace();
  enterOwnNamespace();
  const script = `${repository}examples/packet-sizes/packet-sizes.bt`;
  const found: Found[] = [];
  for await (const each of scriptCounts({ bpftrace, script })) found.push(each);
  assert.deepEqual(
    found.filter((count) => !isEqual({ kind: 'count', ...count })),
    [],
  );
  assert.equal(found.length, 6);
});
