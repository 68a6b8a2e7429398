import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SYN } from '../../../core/src/capture/packet.ts';
import { pcap, type WrittenFrame } from '../../../core/src/capture/testing/pcap-writer.ts';
import { segment, Talk } from '../../../core/src/capture/testing/talk.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/netguard', import.meta.url));
const T0 = Date.parse('2026-01-02T03:04:05.000Z');

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function replay(args: readonly string[], input?: Uint8Array): Promise<Ran> {
  const child = spawn(LAUNCHER, ['replay', ...args], { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' } });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? new Uint8Array(0));
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { status: status as number | null, stdout, stderr };
}

function flood(): WrittenFrame[] {
  return Array.from({ length: 2000 }, (_, index) => {
    const client = `198.18.${index >> 8}.${index & 255}`;
    return segment({ client, clientPort: 1024 + index, server: '10.0.0.9', serverPort: 8080 }, T0 + index, SYN, {
      sequence: index,
    });
  });
}

function quiet(): WrittenFrame[] {
  return new Talk({ client: '10.0.0.1', clientPort: 5000, server: '10.0.0.2', serverPort: 80 }, T0)
    .open()
    .data(0, 90)
    .close().frames;
}

describe('netguard replay', () => {
  let directory: string;
  let attack: string;
  let calm: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'netguard-replay-cli-'));
    attack = join(directory, 'attack.pcap');
    calm = join(directory, 'calm.pcap');
    writeFileSync(attack, pcap(flood()));
    writeFileSync(calm, pcap(quiet()));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('prints alerts as a table, then what was read', async () => {
    const { status, stdout, stderr } = await replay([attack]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^TIME +SEVERITY +RULE +SOURCE → TARGET +WHAT$/m);
    assert.match(stdout, /^2026-01-02 03:04:05\.\d{3} +(critical|high) +syn-flood +.* → 10\.0\.0\.9:8080 +SYN flood/m);
    assert.match(stdout, /^2,000 packets, 140 kB in one capture, 2 s from 2026-01-02 03:04:05\.000 UTC$/m);
    assert.match(stdout, /^read in .* packets\/s, .*B\/s$/m);
    assert.match(stdout, /^alerts: 1 syn-flood \((critical|high)\)$/m);
    assert.equal(stderr, '');
  });

  it('prints an alert a line and the summary last as JSON', async () => {
    const { stdout } = await replay(['-o', 'json', attack]);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map(({ rule, summary }) => rule ?? typeof summary),
      ['syn-flood', 'object'],
    );
    assert.deepEqual(
      lines.map(({ summary }) => (summary as { packets: number } | undefined)?.packets),
      [undefined, 2000],
    );
  });

  it('says so when there is nothing to tell', async () => {
    const { status, stdout } = await replay([calm]);
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /TIME/);
    assert.match(stdout, /^alerts: none$/m);
  });

  it('ends with 1 when an alert is as severe as --fail-on says', async () => {
    assert.equal((await replay(['--fail-on', 'high', attack])).status, 1);
    assert.equal((await replay(['--fail-on', 'low', calm])).status, 0);
  });

  it('ends with 2 for bad usage, with 1 for what is no capture', async () => {
    for (const args of [
      [],
      ['--fail-on', 'horrible', calm],
      ['-o', 'xml', calm],
      ['-', '-'],
      ['--config', '/none.yaml', calm],
    ]) {
      assert.equal((await replay(args)).status, 2, args.join(' '));
    }
    const none = await replay([join(directory, 'none.pcap')]);
    assert.equal(none.status, 1);
    assert.match(none.stderr, /none\.pcap.*\n.*\n.*NG_ERR_CAPTURE_READ/);
    const gzip = await replay(['-'], Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0));
    assert.equal(gzip.status, 1);
    assert.match(
      gzip.stderr,
      /standard input: reading the capture: it is compressed by gzip\n {2}Unpack.*gunzip -c FILE \| netguard replay -/,
    );
    assert.equal(gzip.stdout, '');
  });

  it('prints what it found before the place where a capture is damaged', async () => {
    const bytes = readFileSync(attack);
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xff, bytes.length - 62, bytes.length - 58);
    const { status, stdout, stderr } = await replay(['-'], damaged);
    assert.equal(status, 1);
    assert.match(stdout, /syn-flood/);
    assert.match(stderr, /reading packet 2000 .*NG_ERR_CAPTURE_CORRUPT/s);
    const cut = await replay(['-'], bytes.subarray(0, bytes.length - 1));
    assert.equal(cut.status, 0);
    assert.match(cut.stderr, /^warning: standard input: The capture is cut off .* 1999 packets were read/m);
  });

  it('cannot be made to drive the terminal by a name', async () => {
    const evil = join(directory, 'evil\x1b[2J.pcap');
    writeFileSync(evil, pcap(flood()).subarray(0, 500));
    const identities = join(directory, 'names.yaml');
    writeFileSync(
      identities,
      'apiVersion: netguard/v1\nkind: Identities\nnodes:\n  - {name: "n\\e]0;x\\a\\u202e", ips: [10.0.0.9]}\n',
    );
    for (const args of [
      [evil],
      ['--identities', identities, attack],
      ['-o', 'json', '--identities', identities, attack],
      [`${evil}.none`],
    ]) {
      const { stdout, stderr } = await replay(args);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
  });
});
