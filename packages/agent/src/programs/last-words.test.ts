import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastWords } from './last-words.ts';

/** As bpftrace 0.23.2 wrote them. */
const MEMLOCK = `WARNING: Unknown error -1: couldn't set RLIMIT_MEMLOCK for bpftrace. If your program is not loading, you can try "ulimit -l 8192" to fix the problem\n`;
const NOT_TRACEABLE = `stdin:1:1-19: WARNING: tcp_sendmsg is not traceable (either non-existing, inlined, or marked as "notrace"); attaching to it will likely fail
kprobe:tcp_sendmsg { @ = count(); }
~~~~~~~~~~~~~~~~~~
`;

test('the error is told, not the warnings before it', () => {
  const said = `${MEMLOCK}${NOT_TRACEABLE}create_probe_event: open(/sys/kernel/tracing/kprobe_events): No such file or directory
ERROR: Error attaching probe: kprobe:tcp_sendmsg
`;
  assert.equal(lastWords(said, 'top.bt'), 'ERROR: Error attaching probe: kprobe:tcp_sendmsg');
  const wrong = `${MEMLOCK}stdin:1:13-36: ERROR: lhist() too many buckets, must be <= 1000 (would need 10000)\nBEGIN {}\n      ~~`;
  assert.match(lastWords(wrong, 'top.bt'), /^top\.bt:1:13-36: ERROR: lhist\(\) too many buckets/);
  const bug = `${MEMLOCK}BUG: [./src/output.cpp:475] Invalid mapkey argument type: strerror_t`;
  assert.match(lastWords(bug, 'top.bt'), /^BUG: .*strerror_t$/);
});

test('without an error it is the first line that says something', () => {
  assert.equal(lastWords(`${MEMLOCK}${NOT_TRACEABLE}`, 'top.bt'), '');
  assert.equal(
    lastWords(`${MEMLOCK}setpriv: unrecognized option '--pdeathsig'\nUsage: setpriv\n`, 'top.bt'),
    "setpriv: unrecognized option '--pdeathsig'",
  );
  assert.equal(lastWords('', 'top.bt'), '');
});
