import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { elfMachine, requireMachine } from './elf.ts';
import { FileTree } from './file-tree.ts';
import { platformOf } from './platform.ts';

/** The head of an ELF file for a machine. */
function elf(machine: number): Uint8Array {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
}

test('the machine of a binary is read from its head; what is no ELF has none', () => {
  assert.equal(elfMachine(readFileSync(process.execPath).subarray(0, 64)), platformOf().elfMachine);
  assert.equal(elfMachine(Buffer.from('#!/bin/sh\n# a script, longer than a head')), undefined);
  assert.equal(elfMachine(Buffer.from('\x7fELF')), undefined);
});

test('a binary for another machine is refused by its path; kernel programs run on all', () => {
  const arm64 = platformOf('linux/arm64');
  const tree = new FileTree().file('bin/node', elf(183)).file('bpf/sockets.bpf.o', elf(247)).file('main.js', 'text');
  requireMachine(tree, arm64);
  assert.throws(() => requireMachine(tree, platformOf('linux/amd64')), /\/bin\/node is for another machine/);
});

test('a platform that cannot be built is refused with those that can', () => {
  assert.throws(() => platformOf('linux/riscv64'), {
    message: /no linux\/riscv64/,
    hint: /linux\/amd64 and linux\/arm64/,
  });
  assert.throws(() => platformOf('amd64'), /there is no amd64/);
});
