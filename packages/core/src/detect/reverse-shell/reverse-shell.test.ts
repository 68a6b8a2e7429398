import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../alert/alert.ts';
import type { Endpoint } from '../../endpoint.ts';
import { LearningStore } from '../../learn/learning-store.ts';
import { peerFact } from '../../learn/peer-fact.ts';
import { converse, pod, together, world } from '../../learn/sample-traffic.ts';
import { said, unknownPayload } from '../application-observations.ts';
import { type DetectorContext, detectorContext } from '../context.ts';
import { DetectorSet } from '../detector-set.ts';
import { play, type Seen, START_MS } from '../scenario.ts';
import { reverseShell } from './reverse-shell.ts';
import { dialogue, handler, INTERACTIVE, victim } from './scenarios.ts';

const nameAddress = (ip: string): Endpoint => (ip === victim.ip ? victim : world(ip));

function run(seen: readonly Seen[], known: Partial<DetectorContext> = {}): Finding[] {
  const set = new DetectorSet({
    context: detectorContext({ nameAddress, ...known }),
    detectors: [reverseShell],
  });
  const found = play(set, seen, (seen.at(-1)?.observation.timeMs ?? START_MS) + 5000);
  assert.deepEqual(
    set.status().map(({ lastError }) => lastError),
    [undefined],
  );
  return found.map(({ finding }) => finding);
}

const shapes = (seen: readonly Seen[], known: Partial<DetectorContext> = {}) => [
  ...new Set(run(seen, known).map(({ severity, evidence }) => `${severity} ${evidence.direction} ${evidence.form}`)),
];
const opening = (text: string) => shapes(dialogue([['client', text]]));

/** A connection on which the server sends a short line now and then, and each is answered a second later. */
function typing(count: number, everySeconds: number, bytes: number, port = 4444): Seen[] {
  const seconds = Array.from({ length: count * everySeconds }, (_, second): readonly [number, number] => {
    if (second % everySeconds === 0) return [0, bytes];
    return second % everySeconds === 1 ? [900, 0] : [0, 0];
  });
  const moved = [
    ...converse({ local: victim, remote: handler, role: 'client', port, fromMs: START_MS, seconds, stays: true }),
  ];
  const first = moved[0]?.observation;
  const localPort = first?.kind === 'connection' ? first.local.port : 0;
  const lines = dialogue(
    [
      ['server', 'do-something\n'],
      ['client', 'a table of things\n'],
    ],
    { port, localPort },
  );
  return together(lines, moved);
}

describe('reverse-shell', () => {
  it('finds sh -i by its first words, and tells what was typed and what was said', () => {
    const found = run(dialogue(INTERACTIVE));
    const [first, last] = [found[0], found.at(-1)];
    assert.ok(first && last);
    assert.deepEqual([first.severity, first.evidence.form, last.evidence.command], ['high', 'prompt', 'id']);
    assert.deepEqual([first.source?.workload?.name, first.target?.ip, first.target?.port], ['web', handler.ip, 4444]);
    assert.equal(last.evidence.observed, 3);
    assert.doesNotMatch(JSON.stringify(last), /www-data/, 'what was exchanged is not told');
  });

  it('knows the greetings of shells', () => {
    for (const text of [
      'bash: cannot set terminal process group (1): Inappropriate ioctl for device\nbash: no job control in this shell\n',
      'Microsoft Windows [Version 10.0.19045.3570]\r\n(c) Microsoft Corporation. All rights reserved.\r\n\r\nC:\\Users\\x>',
      'PS C:\\inetpub> ',
      '\x1b[?2004h\x1b]0;root@web-1: /app\x07root@web-1:/app# ',
      'sh-5.1$ ',
      '/ # ',
      '$ ',
    ]) {
      assert.deepEqual(opening(text), ['high reverse prompt'], text);
    }
  });

  it('finds a shell without a prompt by a command and its output, or its answer', () => {
    const netcat = (answer: string) =>
      shapes(
        dialogue([
          ['server', 'id\n'],
          ['client', answer],
        ]),
      );
    assert.deepEqual(netcat('uid=0(root) gid=0(root) groups=0(root)\n'), ['high reverse output']);
    assert.deepEqual(netcat('id: not found\n'), ['medium reverse commands']);
  });

  it('is the client’s, also where the server’s end tells of it: both are of this node, and the server spoke first', () => {
    const lines = [
      ['server', 'id\n'],
      ['client', 'uid=0(root) gid=0(root)\n'],
    ] as const;
    const [first] = run(dialogue(lines, { reporter: 'server' }));
    assert.deepEqual(
      [first?.evidence.direction, first?.source?.workload?.name, first?.target?.ip],
      ['reverse', 'web', handler.ip],
    );
  });

  it('finds a shell that is bound to a port, by the same texts', () => {
    const bound = dialogue(
      [
        ['client', 'id\n'],
        ['server', 'uid=0(root) gid=0(root)\n'],
      ],
      {
        client: handler,
        server: victim,
        reporter: 'server',
      },
    );
    const found = run(bound);
    assert.deepEqual(shapes(bound), ['high bind output']);
    assert.deepEqual([found[0]?.source?.ip, found[0]?.target?.workload?.name], [handler.ip, 'web']);
  });

  it('tells somebody who types, by the pauses, as low; not where the place is known', () => {
    assert.deepEqual(shapes(typing(8, 6, 12)), ['low reverse typing']);
    assert.deepEqual(shapes(typing(8, 6, 4000)), [], 'no command is so long');
    assert.deepEqual(shapes(typing(40, 2, 12).slice(0, 12)), [], 'too few');
    const learning = new LearningStore({ learningMs: 60_000, maxWorkloads: 10 });
    learning.learn('shop/Deployment/web', peerFact(handler, 4444), START_MS - 1000);
    assert.deepEqual(shapes(typing(8, 6, 12), { learning }), []);
  });

  it('is silent on logs that hold such texts: nobody types there', () => {
    for (const text of [
      'Nov 26 12:00:01 web sudo: uid=0(root) gid=0(root) groups=0(root)\n',
      '{"log":"$ id\\nuid=0(root) gid=0(root)"}\n',
      'uid=0(root) gid=0(root)\n',
      'cost of it: 5 $ \n',
      'user@example.com: hello $\n',
    ]) {
      assert.deepEqual(opening(text), [], text);
    }
  });

  it('is silent on a client of a telnet server: there the server has the prompt', () => {
    const seen = dialogue([
      ['server', 'root@router:/# '],
      ['client', 'id\n'],
      ['server', 'uid=0(root) gid=0(root)\nroot@router:/# '],
    ]);
    assert.deepEqual(shapes(seen), []);
  });

  it('is silent on protocols of lines whose words are commands of shells by chance', () => {
    const watch = dialogue(
      [
        ['client', 'ruok\n'],
        ['server', 'imok\n'],
      ],
      { client: pod('probe'), server: victim, reporter: 'server', port: 2181 },
    );
    assert.deepEqual(shapes(watch), []);
    const words = dialogue([
      ['server', 'set interval 5\nplease\n'],
      ['client', 'ok\n'],
    ]);
    assert.deepEqual(shapes(words), []);
  });

  it('is silent on bytes that are no text, and within a pod', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, at) => (at * 37) & 255);
    const ends = { atMs: START_MS, client: victim, server: handler, port: 4444, by: 'client' } as const;
    assert.deepEqual(shapes([said({ ...ends, facts: unknownPayload('request', bytes) })]), []);
    assert.deepEqual(shapes(dialogue(INTERACTIVE, { server: { ip: '127.0.0.1', kind: 'process' } })), []);
  });
});
