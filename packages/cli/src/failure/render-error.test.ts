import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from './cli-error.ts';
import { exitStatusOf, renderError } from './render-error.ts';

test('an error is one line, then what to do, then its code, and no stack', () => {
  const error = new CliError('NG_ERR_CLI_USAGE', 'reading --since', "'x' is not a time", { hint: 'Write 5m.' });
  assert.equal(renderError(error), "error: reading --since: 'x' is not a time\n  Write 5m.\n  (NG_ERR_CLI_USAGE)\n");
});

test('a cause that the message does not hold already is told', () => {
  const error = new Error('loading sockets.bpf.o', { cause: new Error('Operation not permitted') });
  assert.equal(renderError(error), 'error: loading sockets.bpf.o\n  because: Operation not permitted\n');
  const whole = new Error('loading: Operation not permitted', { cause: new Error('Operation not permitted') });
  assert.equal(renderError(whole), 'error: loading: Operation not permitted\n');
});

test('all problems of a configuration are told when there are several', () => {
  const error = Object.assign(new Error('reading the configuration: a (and 1 more)'), {
    code: 'NG_ERR_CONFIG_INVALID',
    problems: [
      { where: 'netguard.yaml:2:3', message: 'unknown key "lissten"' },
      { where: 'netguard.yaml:5:3', message: 'must be a path' },
    ],
  });
  const text = renderError(error);
  assert.match(text, /^ {2}netguard\.yaml:2:3: unknown key "lissten"$/m);
  assert.match(text, /^ {2}netguard\.yaml:5:3: must be a path$/m);
  assert.equal(exitStatusOf(error), 2);
});

test('the stack is there when it is asked for', () => {
  assert.match(renderError(new Error('boom'), true), /render-error\.test\.ts/);
});

test('a message from elsewhere cannot drive the terminal', () => {
  assert.equal(renderError(new Error('a\x1b[2Jb')), 'error: a\\x1b[2Jb\n');
});

test('a circle of causes ends, and what is no error is printed', () => {
  const error = new Error('round');
  error.cause = error;
  assert.equal(renderError(error), 'error: round\n');
  assert.equal(renderError('a string'), 'error: a string\n');
  assert.equal(renderError(undefined), 'error: undefined\n');
});

test('bad usage and configuration end with 2, everything else with 1', () => {
  assert.equal(exitStatusOf(new CliError('NG_ERR_CLI_REFUSED_FLAG', '', 'x')), 2);
  assert.equal(exitStatusOf(new CliError('NG_ERR_CLI_UNREACHABLE', '', 'x')), 1);
  assert.equal(exitStatusOf(Object.assign(new Error('x'), { code: 'NG_ERR_CONFIG_READ' })), 2);
  assert.equal(exitStatusOf(new Error('x')), 1);
});
