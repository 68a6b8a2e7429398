import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BpfError } from '@netguard/libbpf';
import { programError, refusal } from './program-error.ts';

function hintOf(error: BpfError, section: string): string | undefined {
  return refusal(error, 'loading x.bpf.o', [], [section]).hint;
}

test('hooks that a kernel lacks are told with what to use instead', () => {
  const refused = new BpfError('LIBBPF_ERR_PRIVILEGE', 'loading x', 'EPERM', {
    errno: 1,
    hint: 'It needs CAP_BPF; this process has them, so a user namespace refuses',
  });
  assert.match(hintOf(refused, 'fentry.s/tcp_connect') ?? '', /tp_btf/);
  assert.equal(hintOf(refused, 'tp_btf/kfree_skb'), undefined);
  const lacking = new BpfError('LIBBPF_ERR_PRIVILEGE', 'loading x', 'EPERM', { errno: 1, hint: 'it lacks CAP_BPF' });
  assert.equal(hintOf(lacking, 'fentry/tcp_connect'), undefined);
  const unsupported = new BpfError('LIBBPF_ERR_ATTACH', 'attaching f', 'ENOTSUP', { errno: 95 });
  assert.match(hintOf(unsupported, 'kprobe.multi/tcp_*') ?? '', /CONFIG_FPROBE/);
  assert.equal(hintOf(unsupported, 'tcx/ingress'), undefined);
});

test('messages speak of the file that the user gave, and an error of ours stays as it is', () => {
  const path = '/tmp/netguard-program-1/x.bpf.o';
  const error = new BpfError('LIBBPF_ERR_OPEN', `opening ${path}`, `elf: '${path}' is not a proper ELF object`);
  const told = refusal(error, 'loading x.bpf.o', [path], []);
  assert.equal(told.message.includes('/tmp/'), false);
  assert.match(told.hint ?? '', /clang -target bpf/);
  const own = programError('NG_ERR_PROGRAM_SET', 'loading x', 'no');
  assert.equal(refusal(own, 'loading x', [], []), own);
});
