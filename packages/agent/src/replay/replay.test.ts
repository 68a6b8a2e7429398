import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Alert, type AlertEvent, NetGuardError } from '@netguard/core';
import { SYN } from '../../../core/src/capture/packet.ts';
import { pcap, type WrittenFrame } from '../../../core/src/capture/testing/pcap-writer.ts';
import { segment, Talk } from '../../../core/src/capture/testing/talk.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { testConfig } from '../testing/settings.ts';
import { replayCaptures } from './replay.ts';

const T0 = 1_700_000_000_000;
const VICTIM = '10.244.1.7';

/** Three seconds of SYNs from invented sources. */
function flood(perSecond = 1000, forMs = 3000): WrittenFrame[] {
  return Array.from({ length: (perSecond * forMs) / 1000 }, (_, index) => {
    const client = `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    const ends = { client, clientPort: 1024 + (index % 60_000), server: VICTIM, serverPort: 8080 };
    return segment(ends, T0 + (index * 1000) / perSecond, SYN, { sequence: index });
  });
}

/** As many clients in as much time, who are served. */
function crowd(perSecond = 1000, forMs = 3000): WrittenFrame[] {
  return Array.from({ length: (perSecond * forMs) / 1000 }, (_, index) => {
    const client = `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    const ends = { client, clientPort: 1024 + (index % 60_000), server: VICTIM, serverPort: 8080 };
    return new Talk(ends, T0 + (index * 1000) / perSecond, 0.1).open().data(0, 200).data(1, 900).close().frames;
  })
    .flat()
    .sort((a, b) => a.timeMs - b.timeMs);
}

async function replay(files: string[], config: Partial<Config> = {}, stdin: AsyncIterable<Uint8Array> = noBytes()) {
  const events: AlertEvent[] = [];
  const result = await replayCaptures({
    config: testConfig(config),
    files,
    stdin,
    onAlert: (event, isObserved) => {
      if (!isObserved) events.push(event);
    },
  });
  const alerts = new Map<string, Alert>();
  for (const { alert } of events) alerts.set(alert.id, alert);
  return { ...result, events, alerts: [...alerts.values()] };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

describe('a replay', () => {
  let directory: string;
  let nth = 0;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'netguard-replay-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  const save = (bytes: Uint8Array): string => {
    const path = join(directory, `${nth++}.pcap`);
    writeFileSync(path, bytes);
    return path;
  };

  it('finds a flood by the time of its packets, within 250 ms of the limit', async () => {
    const { alerts, events, summary } = await replay([save(pcap(flood()))]);
    assert.deepEqual(
      alerts.map(({ rule }) => rule),
      ['syn-flood'],
    );
    const [alert] = alerts as [Alert];
    assert.deepEqual([alert.target?.ip, alert.target?.port, alert.target?.kind], [VICTIM, 8080, 'private']);
    assert.equal(events[0]?.type, 'open');
    const openedMs = Date.parse(events[0]!.alert.lastSeen);
    assert.ok(openedMs >= T0 + 199 && openedMs <= T0 + 199 + 250, `${openedMs - T0} ms`);
    assert.equal(summary.packets, 3000);
    assert.deepEqual([summary.firstMs, summary.lastMs], [T0, T0 + 2999]);
    assert.deepEqual(
      summary.alerts.map(({ rule, count }) => [rule, count]),
      [['syn-flood', 1]],
    );
    assert.ok(summary.packetsPerSecond > 0 && summary.bytesPerSecond > 0);
  });

  it('is silent over a crowd that is as fast and served', async () => {
    const { alerts, summary } = await replay([save(pcap(crowd()))]);
    assert.deepEqual(
      alerts.map(({ title }) => title),
      [],
    );
    assert.equal(summary.conversations.tcp, 3000);
  });

  it('looks up who is talked to in the lists of the configuration', async () => {
    const ends = { client: VICTIM, clientPort: 40_000, server: '203.0.113.7', serverPort: 443 };
    const file = save(pcap(new Talk(ends, T0, 10).open().data(0, 200).close().frames));
    const list = join(directory, 'c2.txt');
    writeFileSync(list, '203.0.113.0/24 # report 7\n');
    const flags = { intel: { lists: [{ name: 'c2', file: list, format: 'plain', category: 'c2' }] } };
    const { alerts } = await replay([file], { intel: loadConfig({ flags }).config.intel });
    assert.deepEqual(
      alerts.map(({ rule, severity, source, target }) => [rule, severity, source?.ip, target?.ip]),
      [['threat-intel', 'high', VICTIM, '203.0.113.7']],
    );
    assert.equal(alerts[0]?.evidence.reference, 'report 7');
    assert.deepEqual((await replay([file])).alerts, []);
  });

  it('gives the same alerts each time', async () => {
    const file = save(pcap(flood()));
    const plain = ({ events }: Awaited<ReturnType<typeof replay>>) =>
      events.map(({ type, alert: { id: _, ...alert } }) => ({ type, alert }));
    assert.deepEqual(plain(await replay([file])), plain(await replay([file])));
  });

  it('reads several captures as one, by time, whatever their order', async () => {
    const all = flood();
    const odd = save(pcap(all.filter((_, index) => index % 2 === 1)));
    const even = save(
      pcap(
        all.filter((_, index) => index % 2 === 0),
        { little: false, nanoseconds: true },
      ),
    );
    const both = await replay([odd, even]);
    const whole = await replay([save(pcap(all))]);
    assert.equal(both.summary.outOfOrder, 0);
    assert.equal(both.summary.files, 2);
    const state = ({ alerts }: typeof both) => alerts.map(({ id: _, ...alert }) => alert);
    assert.deepEqual(state(both), state(whole));
    const late = save(pcap(all.slice(1500)));
    const early = save(pcap(all.slice(0, 1500)));
    assert.deepEqual(state(await replay([late, early])), state(whole));
  });

  it('names what the identity file names', async () => {
    const identities = join(directory, 'pods.yaml');
    writeFileSync(
      identities,
      `apiVersion: netguard/v1
kind: Identities
pods:
  - uid: 1c7f9a5e-3b0d-4c8a-9f61-0d2e4b6a8c10
    namespace: shop
    name: web-7d4f9c-x2x8z
    workload: {kind: Deployment, name: web}
    ips: [${VICTIM}]
`,
    );
    const config = testConfig();
    const { alerts } = await replay([save(pcap(flood()))], { identity: { ...config.identity, file: identities } });
    assert.deepEqual([alerts[0]?.target?.namespace, alerts[0]?.target?.workload?.name], ['shop', 'web']);
  });

  it('goes by the configuration: modes, parameters, quiet time', async () => {
    const file = save(pcap(flood()));
    const off = await replay([file], { detectors: { 'syn-flood': { mode: 'off', parameters: {}, namespaces: {} } } });
    assert.ok(!off.alerts.some(({ rule }) => rule === 'syn-flood'));
    const observing = await replay([file], {
      detectors: { 'syn-flood': { mode: 'observe', parameters: {}, namespaces: {} } },
    });
    assert.ok(observing.summary.observed.some(({ rule }) => rule === 'syn-flood'));
    const parameters = { listenerSynsPerWindow: 100_000, sourceSynsPerWindow: 100_000 };
    const high = await replay([file], { detectors: { 'syn-flood': { parameters, namespaces: {} } } });
    assert.ok(!high.alerts.some(({ rule }) => rule === 'syn-flood'));
    const later = flood(1, 1000).map((frame) => ({ ...frame, timeMs: T0 + 600_000 }));
    const quiet = await replay([save(pcap([...flood(), ...later]))]);
    assert.deepEqual(
      quiet.alerts.map(({ status }) => status),
      ['resolved'],
    );
  });

  it('reads standard input in pieces', async () => {
    const file = pcap(flood());
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < file.length; at += 7777) yield file.subarray(at, at + 7777);
    }
    const { alerts, summary } = await replay(['-'], {}, pieces());
    assert.equal(alerts.length, 1);
    assert.equal(summary.bytes, file.length);
  });

  it('says what is wrong with a capture, and keeps what it read before', async () => {
    const file = pcap(flood());
    const cut = await replay([save(file.subarray(0, file.length - 3))]);
    assert.equal(cut.failure, undefined);
    assert.match(cut.summary.warnings[0] ?? '', /pcap: The capture is cut off .* 2999 packets were read/);
    assert.equal(cut.alerts.length, 1);

    const damaged = file.slice();
    damaged.fill(0xff, 24 + 16 + 54 + 8, 24 + 16 + 54 + 12);
    const refused = await replay([save(damaged)]);
    assert.ok(refused.failure instanceof NetGuardError && refused.failure.code === 'NG_ERR_CAPTURE_CORRUPT');
    assert.match(refused.failure.message, /\.pcap: reading packet 2 /);
    assert.equal(refused.summary.packets, 1);

    const gzip = await replay([save(Uint8Array.of(0x1f, 0x8b, 8, 0, 0))]);
    assert.ok(gzip.failure instanceof NetGuardError && /gunzip/.test(gzip.failure.hint ?? ''));
    assert.deepEqual([gzip.summary.firstMs, gzip.summary.packets], [null, 0]);
  });

  it('refuses what cannot be read before it begins', async () => {
    for (const path of [join(directory, 'none.pcap'), directory]) {
      await assert.rejects(replay([path]), { code: 'NG_ERR_CAPTURE_READ' });
    }
    if (process.geteuid?.() !== 0) {
      const secret = save(pcap([]));
      chmodSync(secret, 0);
      await assert.rejects(replay([secret]), { code: 'NG_ERR_CAPTURE_READ' });
    }
  });

  it('stops when it is told to, and says what it found until then', async () => {
    const stop = new AbortController();
    let pieces = 0;
    const file = pcap(flood());
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        if (++pieces === 2) stop.abort();
        yield pieces === 1 ? file : new Uint8Array(0);
      }
    }
    const { summary } = await replayCaptures({
      config: testConfig(),
      files: ['-'],
      stdin: endless(),
      signal: stop.signal,
    });
    assert.equal(summary.packets, 3000);
    assert.equal(pieces, 2);
  });
});
