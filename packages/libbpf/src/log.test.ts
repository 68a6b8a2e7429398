import assert from 'node:assert/strict';
import { test } from 'node:test';
import { libbpfReason, verifierPart } from './log.ts';

const REJECTED = `libbpf: prog 'count': BPF program load failed: Permission denied
libbpf: prog 'count': -- BEGIN PROG LOAD LOG --
0: R1=ctx() R10=fp0
; return *p; @ x.bpf.c:5
1: (61) r0 = *(u32 *)(r1 +0)
R1 invalid mem access 'scalar'
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
-- END PROG LOAD LOG --
libbpf: prog 'count': failed to load: -13
libbpf: failed to load object 'x.bpf.o'
`;

test('the verifier’s last useful line and its program are found', () => {
  const part = verifierPart(REJECTED);
  assert.equal(part?.program, 'count');
  assert.equal(part?.reason, "R1 invalid mem access 'scalar'");
  assert.ok(part?.text.startsWith('0: R1=ctx()'));
  assert.ok(part && !part.text.includes('libbpf:'));
});

test('a log that was cut off still gives a line', () => {
  assert.equal(
    verifierPart(REJECTED.slice(0, REJECTED.indexOf('processed')))?.reason,
    "R1 invalid mem access 'scalar'",
  );
});

test('two lines that follow the last instruction are both the reason', () => {
  const log = REJECTED.replace(
    "R1 invalid mem access 'scalar'",
    'invalid access to packet, off=0 size=4\nR1 offset is outside of the packet',
  );
  assert.equal(verifierPart(log)?.reason, 'invalid access to packet, off=0 size=4, R1 offset is outside of the packet');
});

test('without a verifier log libbpf’s first complaint is the reason', () => {
  const log = "libbpf: map 'm': failed to create: EINVAL\nlibbpf: failed to load object 'x.bpf.o'\n";
  assert.equal(verifierPart(log), undefined);
  assert.equal(libbpfReason(log), "map 'm': failed to create: EINVAL");
  assert.equal(libbpfReason(''), undefined);
});
