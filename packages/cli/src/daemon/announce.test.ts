import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleHubble, sampleStatus } from '../testing/samples.ts';
import { palette } from '../text/palette.ts';
import { announce } from './announce.ts';

const plain = palette({ colour: false });

test('what is watched and what to do next is told', () => {
  const text = announce(sampleStatus(), 'http://127.0.0.1:8410', plain).join('\n');
  assert.match(
    text,
    /^NetGuard 0\.1\.0 watches this whole machine: node-a, Linux 6\.18\.0, 1 of 1 kernel programs attached\.$/m,
  );
  assert.match(text, /netguard top$/m);
  assert.match(text, /http:\/\/127\.0\.0\.1:8410\/metrics/);
});

test('on another port the commands are told with --server', () => {
  assert.match(
    announce(sampleStatus(), 'http://127.0.0.1:5000', plain).join('\n'),
    /netguard top --server http:\/\/127\.0\.0\.1:5000$/m,
  );
});

test('what is degraded stands right under it', () => {
  assert.match(
    announce(sampleStatus({ degraded: ['Only half is seen.'] }), 'http://127.0.0.1:8410', plain)[1] ?? '',
    /! Only half is seen\./,
  );
});

test('of Hubble the relay is told, and no kernel programs', () => {
  const source = { kind: 'hubble', hubble: sampleHubble(), unavailableDetectors: [] } as const;
  assert.match(
    announce(sampleStatus({ source, programs: [] }), 'http://127.0.0.1:8410', plain)[0] ?? '',
    /watches the flows of the Hubble relay at relay:443: connected, no kernel program\.$/,
  );
});
