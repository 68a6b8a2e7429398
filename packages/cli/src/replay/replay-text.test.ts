import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReplaySummary } from '@netguard/agent';
import { sampleAlert } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { AlertJournal } from './alert-journal.ts';
import { progressText } from './progress-line.ts';
import { replayTable } from './replay-table.ts';
import { summaryText } from './summary-text.ts';

const SUMMARY: ReplaySummary = {
  files: 2,
  packets: 12_345,
  bytes: 9_000_000,
  firstMs: 0,
  lastMs: 65_000,
  conversations: { tcp: 10, other: 3 },
  observations: 99,
  alerts: [],
  observed: [{ rule: 'beacon', severity: 'medium', count: 2 }],
  undecoded: [
    { reason: 'ARP', packets: 7 },
    { reason: 'bad\x1bname', packets: 1 },
  ],
  outOfOrder: 4,
  clockSetBack: 1,
  evicted: [{ table: 'connections', count: 5 }],
  warnings: [],
  tookMs: 500,
  packetsPerSecond: 24_690,
  bytesPerSecond: 18_000_000,
};

describe('the text of a replay', () => {
  it('leaves nothing out that was not decoded or found no room', () => {
    assert.deepEqual(summaryText(SUMMARY), [
      '12,345 packets, 9.00 MB in 2 captures, 1m 5s from 1970-01-01 00:00:00.000 UTC',
      '10 TCP connections and attempts, 3 other conversations',
      'read in 500 ms: 24.7k packets/s, 18.0 MB/s',
      'alerts: none',
      'only observed: 2 beacon (medium)',
      'not decoded: 7 ARP, 1 bad\\x1bname',
      'out of order: 4 packets',
      'the clock was set back 1 times',
      'no room: 5 connections forgotten early',
    ]);
    const undecoded = Array.from({ length: 20 }, (_, index) => ({ reason: `kind ${index}`, packets: 1 }));
    assert.match(summaryText({ ...SUMMARY, undecoded }).join('\n'), /1 kind 11, 8 for other reasons/);
    assert.match(summaryText({ ...SUMMARY, firstMs: null, lastMs: null })[0]!, /in 2 captures$/);
    assert.match(summaryText({ ...SUMMARY, firstMs: 9e15, lastMs: 9e15 })[0]!, /from 9000000000000000 ms$/);
  });

  it('marks in the table what is only observed', () => {
    const plain = palette({ colour: false });
    const alerts = [sampleAlert({ severity: 'low' }), sampleAlert({ severity: 'medium', observed: true })];
    const [, told, observed] = replayTable(alerts, plain);
    assert.match(told ?? '', / {2}low {2}/);
    assert.match(observed ?? '', / {2}medium, observed {2}/);
  });

  it('says how far it is', () => {
    assert.equal(
      progressText({ bytes: 5e8, sizeBytes: 2e9, packets: 1e6 }, 2000),
      '25 %  500 MB of 2.00 GB  1.00M packets  500k/s',
    );
    assert.equal(
      progressText({ bytes: 5e8, sizeBytes: undefined, packets: 1e6 }, 2000),
      '500 MB  1.00M packets  500k/s',
    );
  });

  it('knows the worst alert that nobody silenced, and the last state of each', () => {
    const ended: string[] = [];
    const journal = new AlertJournal((alert) => ended.push(alert.id));
    const low = sampleAlert({ id: 'a', severity: 'low', firstSeen: '2026-01-01T00:00:02.000Z' });
    const silenced = sampleAlert({
      id: 'b',
      severity: 'critical',
      suppressedBy: 'silence-1',
      firstSeen: '2026-01-01T00:00:01.000Z',
    });
    journal.note({ type: 'open', alert: low });
    journal.note({ type: 'open', alert: silenced });
    journal.note({ type: 'open', alert: { ...low, id: 'c', severity: 'high', observed: true } });
    assert.ok(journal.reached('low') && !journal.reached('medium'));
    journal.note({ type: 'update', alert: { ...low, severity: 'high' } });
    assert.ok(journal.reached('high') && !journal.reached('critical'));
    assert.deepEqual(
      journal.list().map(({ id, severity }) => `${id} ${severity}`),
      ['b critical', 'a high', 'c high'],
    );
    journal.note({ type: 'resolve', alert: { ...low, severity: 'high', status: 'resolved' } });
    assert.deepEqual([ended, journal.list().length], [['a'], 2]);
  });
});
