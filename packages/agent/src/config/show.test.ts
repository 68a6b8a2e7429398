import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from './load.ts';
import { REDACTED, redact } from './redact.ts';
import { showConfig } from './show.ts';

test('what is shown loads again to the same, and says where values came from', () => {
  const loaded = loadConfig({
    env: { NETGUARD_IDENTITY__CLUSTER_CIDRS: '[10.0.0.0/8]' },
    flags: { sources: { ebpf: { tickMs: 500 } }, detectors: { 'syn-flood': { mode: 'observe' } } },
  });
  const text = showConfig(loaded);
  assert.match(text, /^ {4}tickMs: 500 # flag$/m);
  assert.match(text, /# environment NETGUARD_IDENTITY__CLUSTER_CIDRS\n {2}clusterCidrs:\n {4}- 10\.0\.0\.0\/8/);
  assert.match(text, /^ {4}seedSeconds: 120$/m);
  const directory = mkdtempSync(join(tmpdir(), 'netguard-show-'));
  try {
    writeFileSync(join(directory, 'shown.yaml'), text);
    assert.deepEqual(loadConfig({ file: join(directory, 'shown.yaml') }).config, loaded.config);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('secrets are not shown, the paths of their files are', () => {
  assert.deepEqual(
    redact({
      a: { token: 'x', tokenFile: '/t', list: [{ password: 'y' }] },
      url: 'https://u:p@host/x',
      n: 1,
      yes: true,
    }),
    {
      a: { token: REDACTED, tokenFile: '/t', list: [{ password: REDACTED }] },
      url: `https://${REDACTED}@host/x`,
      n: 1,
      yes: true,
    },
  );
});
