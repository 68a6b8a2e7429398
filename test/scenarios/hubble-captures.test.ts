/** The recorded scenarios as a double of Cilium would tell of them: what detectors find on flows, and that the benign ones are silent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectors } from '@netguard/core';
import { hubbleLacks } from '../../packages/agent/src/sources/hubble/hubble-lacks.ts';
import { loadScenario, scenarioFile, scenarioIds } from './support/folders.ts';
import { hubbleReplay } from './support/hubble-replay.ts';
import { isRecorded, readRecording } from './support/recording.ts';

const lacking = hubbleLacks(true);
const unavailable = new Set(
  detectors.filter(({ needs = [] }) => needs.some((fact) => lacking[fact] !== undefined)).map(({ id }) => id),
);

for (const { id, scenario } of await Promise.all(scenarioIds().filter(isRecorded).map(loadScenario))) {
  const expected = scenario.inCapture?.expect ?? scenario.expect;
  const rule = expected === 'silence' || unavailable.has(expected.rule) ? undefined : expected.rule;
  test(`${id} is ${rule === undefined ? 'silent' : 'told once'} on flows`, () => {
    const { opened, told } = hubbleReplay(readRecording(id).pcap, scenarioFile(id, 'identities.yaml'));
    assert.ok(told > 0);
    const others = opened.filter((alert) => !scenario.alsoAllowed?.includes(alert.rule));
    assert.deepEqual(
      others.map((alert) => alert.rule),
      rule === undefined ? [] : [rule],
      others.map(({ title }) => title).join('; '),
    );
  });
}
