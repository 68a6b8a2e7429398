/** What was recorded of the scenarios, replayed: the same verdicts as live, of the packets alone, without root. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import type { Alert } from '@netguard/core';
import { defaultConfig } from '../../packages/agent/src/config/schema.ts';
import { replayCaptures } from '../../packages/agent/src/replay/replay.ts';
import { assertExpected } from './support/expected.ts';
import { loadScenario, scenarioFile, scenarioIds } from './support/folders.ts';
import { isRecorded, type Recording, readRecording } from './support/recording.ts';

const MAX_FILE_BYTES = 300_000;
const MAX_TOTAL_BYTES = 2_500_000;

const recorded = scenarioIds().filter(isRecorded);

test('captures are small enough for a repository', () => {
  const sizes = recorded.map((id) => statSync(scenarioFile(id, 'capture.pcap.gz')).size);
  assert.ok(sizes.length > 0);
  assert.ok(Math.max(...sizes) <= MAX_FILE_BYTES, `${Math.max(...sizes)} bytes`);
  const total = sizes.reduce((sum, size) => sum + size);
  assert.ok(total <= MAX_TOTAL_BYTES, `${total} bytes`);
});

for (const { id, scenario } of await Promise.all(recorded.map(loadScenario))) {
  const expected = scenario.inCapture?.expect ?? scenario.expect;
  test(`${id} ${expected === 'silence' ? 'is silent' : 'is told once'} in its capture: ${scenario.what}`, async () => {
    const { recording, pcap } = readRecording(id);
    const opened = (await replay(id, recording, pcap)).filter(({ rule }) => !scenario.alsoAllowed?.includes(rule));
    const lines = opened.map(({ rule, severity, title }) => `${rule} ${severity}: ${title}`);
    if (expected === 'silence') {
      assert.deepEqual(lines, []);
      return;
    }
    const [alert] = opened;
    assert.ok(alert && opened.length === 1, `one alert, not ${opened.length}: ${lines.join('; ')}`);
    assertExpected(alert, expected, (role, endpoint) =>
      role in recording.hosts
        ? recording.hosts[role]!.includes(endpoint?.ip ?? '')
        : endpoint?.namespace === id && endpoint.pod === role,
    );
  });
}

/** The alerts as they opened. */
async function replay(id: string, recording: Recording, pcap: Uint8Array): Promise<Alert[]> {
  const config = defaultConfig();
  const opened: Alert[] = [];
  const { summary, failure } = await replayCaptures({
    config: {
      ...config,
      identity: { ...config.identity, file: scenarioFile(id, 'identities.yaml') },
      // As the agent of the live scenarios has it.
      alerts: { ...config.alerts, resolveAfterMs: 2000 },
    },
    files: ['-'],
    stdin: whole(pcap),
    onAlert: ({ type, alert }, isObserved) => {
      if (type === 'open' && !isObserved) opened.push(structuredClone(alert));
    },
  });
  assert.equal(failure, undefined);
  assert.deepEqual([summary.packets, summary.warnings], [recording.packets, []]);
  return opened;
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
