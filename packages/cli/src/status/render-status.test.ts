import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleHubble, sampleStatus } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { renderStatus } from './render-status.ts';

const text = (fields: Parameters<typeof sampleStatus>[0]): string =>
  renderStatus(sampleStatus(fields), 'http://127.0.0.1:8410', palette({ colour: false })).join('\n');

test('a healthy process is said to be so first', () => {
  const lines = text({});
  assert.match(lines, /^NetGuard is watching {2}http:\/\/127\.0\.0\.1:8410\n/);
  assert.match(lines, /Lost events +none/);
  assert.match(lines, /ng_tcp_state +attached/);
  assert.match(lines, /ng_sockets +10 +1,000 +1 % +65\.5 kB/);
});

test('what is less than it could be is told, with why a program is missing', () => {
  const lines = text({
    degraded: ['Only the subtree /x is watched: mount the root of the cgroups.'],
    wholeHost: false,
    cgroupRoot: '/x',
    preexistingSockets: 'partial',
    lostEvents: { ring: 1234, map: 0 },
    programs: [{ name: 'ng_packet_in', attached: false, reason: 'another program holds the root' }],
    configReloadSuccessful: false,
  });
  assert.match(lines, /^NetGuard is watching, degraded/);
  assert.match(lines, /• Only the subtree/);
  assert.match(lines, /Watching +only the subtree \/x/);
  assert.match(lines, /1,234 in ring$/m);
  assert.match(lines, /not attached +another program holds the root/);
  assert.match(lines, /the last change was refused/);
});

test('run times stand there only while the kernel counts them', () => {
  assert.doesNotMatch(text({}), /NS\/RUN/);
  assert.match(
    text({ programs: [{ name: 'p', attached: true, runs: 1000, seconds: 0.00003 }] }),
    /p +attached +1,000 +30$/m,
  );
});

test('a process that is not ready says so', () => {
  assert.match(text({ ready: false }), /^NetGuard is not ready/);
});

test('of Hubble there stands whether it is connected, how many flows come, and what cannot be judged', () => {
  const lines = text({
    programs: [],
    source: {
      kind: 'hubble',
      hubble: sampleHubble(),
      unavailableDetectors: [{ id: 'beacon', reason: 'no bytes' }],
    },
  });
  assert.match(lines, /Watching +the flows of the Hubble relay at relay:443/);
  assert.match(lines, /Relay +connected since 2026-11-26T10:00:00\.000Z \(1\.18\.2\)/);
  assert.match(lines, /Flows +12,345, 42\.5 a second now, 1 reconnects/);
  assert.match(lines, /Identities +from the flows only/);
  assert.match(lines, /Unavailable +beacon/);
  assert.doesNotMatch(lines, /PROGRAM|Older sockets/);
});

test('payload: how it is looked into, and what was left out by choice, which is no loss', () => {
  const payload = { mode: 'metadata', inspected: 1200, excluded: 3, unnamed: 1 } as const;
  const lines = text({ payload, lostEvents: { payload_rate: 5000 } });
  assert.match(lines, /Payload +metadata, 1,200 samples, 4 excluded, 5,000 beyond payload\.samplesPerSecond$/m);
  assert.match(lines, /Lost events +none/);
  assert.match(text({ payload: { ...payload, mode: 'off' } }), /Payload +not looked into/);
});
