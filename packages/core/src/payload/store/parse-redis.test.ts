import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRedis } from './parse-redis.ts';

const read = (text: string, toServer?: boolean) =>
  parseRedis(Buffer.from(text, 'latin1'), toServer).map(({ message, detail }) => `${message} ${detail}`.trim());

describe('Redis', () => {
  it('is told by the commands of a client, with subcommands and without arguments', () => {
    const stream =
      '*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*4\r\n$6\r\nconfig\r\n$3\r\nset\r\n$3\r\ndir\r\n$15\r\n/var/spool/cron\r\n*1\r\n$4\r\nsave\r\n';
    assert.deepEqual(read(stream, true), ['request AUTH', 'request CONFIG SET', 'request SAVE']);
  });

  it('is told by a command that is cut in its arguments', () => {
    assert.deepEqual(read('*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$9000\r\nabc', true), ['request SET']);
  });

  it('is told by commands that were typed', () => {
    assert.deepEqual(read('INFO\r\n'), ['request INFO']);
    assert.deepEqual(read('config set dir /root/.ssh\r\n', true), ['request CONFIG SET']);
    assert.deepEqual(read('INFO {"server_id":"x"}\r\n'), [], 'NATS');
    assert.deepEqual(read('PING :irc.example.org\r\n'), [], 'IRC');
  });

  it('is told by answers, with the version or the error', () => {
    assert.deepEqual(read('$80\r\n# Server\r\nredis_version:7.2.4\r\nredis_git_sha1:0\r\n', false), ['response 7.2.4']);
    assert.deepEqual(read('-NOAUTH Authentication required.\r\n', false), ['response NOAUTH Authentication required.']);
    assert.deepEqual(read('+PONG\r\n'), ['response']);
    assert.deepEqual(read('*0\r\n', false), ['response'], 'KEYS * of nothing');
    assert.deepEqual(read('%1\r\n+server\r\n+redis\r\n', false), ['response']);
    assert.deepEqual(read('*1\r\n$4\r\nPING\r\n', false), ['response'], 'a list is no command of a server');
  });

  it('is not POP3, nor a list of Markdown', () => {
    assert.deepEqual(read('+OK POP3 server ready\r\n', false), []);
    assert.deepEqual(read('-ERR bad password\r\n', false), []);
    assert.deepEqual(read('* one\r\n* two\r\n'), []);
    assert.deepEqual(
      read('*2\r\n$4\r\n\x01\x02\x03\x04\r\n', true).filter((line) => line.startsWith('request')),
      [],
    );
  });
});
