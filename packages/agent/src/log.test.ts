import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { NetGuardError } from '@netguard/core';
import { createLogger, type LogOptions } from './log.ts';

async function newLogger(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const output = { write: (line: string) => void written.push(line) };
  const clock = { ms: 0 };
  const logger = await createLogger({ level: 'debug', format: 'json', output, now: () => clock.ms, ...options });
  const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, written, lines, clock };
}

test('a line is one JSON object with time, level as a word, code and msg, and nothing that nobody asked for', async () => {
  const { logger, written, lines } = await newLogger();
  logger.warn({ code: 'NG_X', pod: 'shop/web' }, 'something\nhappened');
  assert.equal(written[0]?.match(/\n/g)?.length, 1);
  const [line] = lines();
  assert.deepEqual(Object.keys(line ?? {}), ['level', 'time', 'code', 'pod', 'msg']);
  assert.equal(line?.level, 'warn');
  assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('the code of an error is the code of its line', async () => {
  const { logger, lines } = await newLogger();
  const err = new NetGuardError('NG_ERR_LISTEN', 'listening', { cause: new Error('in use') });
  logger.error({ err }, 'it did not start');
  logger.error(err);
  assert.deepEqual(
    lines().map(({ code, msg }) => [code, msg]),
    [
      ['NG_ERR_LISTEN', 'it did not start'],
      ['NG_ERR_LISTEN', 'listening: in use'],
    ],
  );
});

test('lines below the level are not written, and the level can change', async () => {
  const { logger, lines } = await newLogger({ level: 'warn' });
  logger.info('a');
  logger.level = 'info';
  logger.info('b');
  assert.deepEqual(
    lines().map(({ msg }) => msg),
    ['b'],
  );
});

test('the same line within ten seconds is written once, then counted by the next', async () => {
  const { logger, lines, clock } = await newLogger();
  for (let count = 0; count < 100; count++) logger.warn({ code: 'NG_A', count }, 'again');
  logger.warn({ code: 'NG_B' }, 'again');
  assert.equal(lines().length, 2);
  clock.ms += 10_000;
  logger.warn({ code: 'NG_A' }, 'again');
  assert.deepEqual(
    lines().map(({ code, repeated }) => [code, repeated]),
    [
      ['NG_A', undefined],
      ['NG_B', undefined],
      ['NG_A', 99],
      ['NG_A', undefined],
    ],
  );
});

test('repetitions are told when the window ends, also when the line never comes again', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { logger, lines } = await newLogger();
    logger.warn('once');
    logger.warn('often');
    logger.warn('often');
    mock.timers.tick(10_000);
    assert.deepEqual(
      lines().map(({ msg, repeated }) => [msg, repeated]),
      [
        ['once', undefined],
        ['often', undefined],
        ['often', 1],
      ],
    );
  } finally {
    mock.timers.reset();
  }
});

test('repetitions are told before the process ends', async () => {
  const { logger, lines } = await newLogger();
  logger.warn('often');
  logger.warn('often');
  logger.flushRepeated();
  assert.equal(lines().at(-1)?.repeated, 1);
});

test('a flood of different lines holds no memory of all of them', async () => {
  const { logger, lines } = await newLogger();
  for (let count = 0; count < 2000; count++) logger.info(`line ${count}`);
  logger.info('line 1999');
  logger.info('line 0');
  assert.equal(lines().length, 2001, 'line 0 was forgotten, line 1999 was not');
});

test('children follow the same rules', async () => {
  const { logger, lines } = await newLogger();
  const child = logger.child({ part: 'x' });
  child.info('hello');
  child.info('hello');
  assert.deepEqual(
    lines().map(({ part, msg }) => [part, msg]),
    [['x', 'hello']],
  );
});

test('the JSON form cannot steer a terminal either, and says the same', async () => {
  const { logger, written, lines } = await newLogger();
  const name = '\u001b[2J\u007f\u009b31m\u202e\u2028\ufeff';
  logger.warn({ pod: name }, name);
  assert.match(written.join(''), /^[\x20-\x7e]+\n$/);
  assert.deepEqual([lines()[0]?.pod, lines()[0]?.msg], [name, name]);
});

test('the pretty form cannot steer the terminal', async () => {
  const { logger, written } = await newLogger({ format: 'pretty' });
  logger.warn({ code: 'NG_X', pod: '\u001b]0;owned\u0007\u009b31m' }, 'name \u001b[2J\u0085');
  const text = written.join('');
  assert.match(text, /WARN.*name/s);
  assert.match(text, /NG_X/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  assert.doesNotMatch(text.replace(/\u001b\[\d*m/g, ''), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
