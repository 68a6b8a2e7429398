import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptKey, scriptText } from './bpftrace-text.ts';

/** Both as bpftrace 0.23.2 printed them. */
const parsed = (json: string): string => JSON.parse(`"${json}"`);

test('bytes from 0x80 on are UTF-8 again', () => {
  assert.equal(scriptText(parsed('\\uffffffe6\\uffffff97\\uffffffa5 \\uffffffc3\\uffffffa9')), '日 é');
  assert.equal(scriptText(parsed('3 \\uffffff80')), '3 \ufffd');
  assert.equal(scriptText('\uffff and \uffffffz'), '\uffff and \uffffffz');
});

test('keys are escaped once more than values', () => {
  const key = (json: string) => scriptKey(parsed(json));
  assert.equal(key('\\\\uffffffc3\\\\uffffffa9,2'), 'é,2');
  assert.equal(key('q\\\\\\"x\\\\\\\\y\\\\n\\\\u0001'), 'q"x\\y\n\u0001');
  assert.equal(key('ab\\\\\\\\x00\\\\\\\\xff'), 'ab\\x00\\xff');
  assert.equal(key('C:\\\\xy'), 'C:\\xy', 'a version that escapes once');
});

test('a stack is one line, and what stands beside it stays', () => {
  const frames = '\\\\n        tcp_sendmsg+0\\\\n        sock_write_iter+106\\\\n';
  assert.equal(scriptKey(parsed(frames)), 'tcp_sendmsg+0;sock_write_iter+106');
  assert.equal(scriptKey(parsed(`curl,${frames},7`)), 'curl,tcp_sendmsg+0;sock_write_iter+106,7');
  assert.equal(scriptKey('two\nlines'), 'two\nlines');
});
