import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { defaultConfig } from '../config/schema.ts';
import { renderDoctor } from './render-doctor.ts';
import type { DoctorReport } from './report.ts';
import { runDoctor } from './run-doctor.ts';

test('on any machine, with any privilege, the doctor answers and throws nothing', async () => {
  const report = await runDoctor({ ...defaultConfig(), stateDir: '/nowhere/at/all' });
  const ids = report.checks.map((check) => check.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of [
    'kernel',
    'btf',
    'libbpf',
    'cap-bpf',
    'cap-perfmon',
    'cap-net-admin',
    'objects',
    'cgroup-v2',
    'host-pids',
    'port',
  ]) {
    assert.ok(ids.includes(id), id);
  }
  assert.equal(
    report.failed,
    report.checks.some((check) => check.required && check.status === 'fail'),
  );
  for (const check of report.checks) assert.equal(check.status === 'ok', check.fix === '', check.id);
});

test('a busy port is found', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const config = defaultConfig();
    const { port } = server.address() as AddressInfo;
    const report = await runDoctor({ ...config, server: { ...config.server, listen: `127.0.0.1:${port}` } });
    assert.match(report.checks.find((check) => check.id === 'port')?.detail ?? '', /in use/);
  } finally {
    server.close();
  }
});

test('programs that are nowhere to be found are a failed check', async () => {
  const config = defaultConfig();
  let tried = 0;
  const report = await runDoctor(
    { ...config, sources: { ...config.sources, ebpf: { ...config.sources.ebpf, objectDir: '/nowhere' } } },
    async () => {
      tried++;
      return [];
    },
  );
  assert.equal(report.failed, true);
  assert.equal(report.checks.find((check) => check.id === 'objects')?.status, 'fail');
  assert.equal(tried, 0, 'what cannot work is not tried');
});

const report: DoctorReport = {
  kernel: '6.1.0',
  failed: true,
  checks: [
    { id: 'kernel', title: 'Linux kernel', status: 'ok', required: true, detail: '6.1.0', lost: '', fix: '' },
    {
      id: 'cap-bpf',
      title: 'CAP_BPF',
      status: 'fail',
      required: true,
      detail: 'missing',
      lost: 'everything',
      fix: 'Run as root.',
    },
    {
      id: 'port',
      title: 'HTTP port',
      status: 'warn',
      required: false,
      detail: 'in use',
      lost: 'a second one',
      fix: 'Take another.',
    },
  ],
};

test('the report reads as a list, with what is lost and what to do under what is missing', () => {
  assert.equal(
    renderDoctor(report, { ascii: true }),
    `ok Linux kernel  6.1.0
XX CAP_BPF       missing
                 lost: everything
                 do:   Run as root.
!! HTTP port     in use
                 lost: a second one
                 do:   Take another.

NetGuard cannot run here: 1 thing missing. Do what stands under it above.
`,
  );
});

test('colour is only where it is asked for', () => {
  assert.equal(renderDoctor(report).includes('\u001b['), false);
  assert.ok(renderDoctor(report, { colour: true }).includes('\u001b[31m✗\u001b[0m CAP_BPF'));
});

test('without a failed check NetGuard can run', () => {
  const checks = report.checks.filter((check) => check.status !== 'fail');
  assert.match(renderDoctor({ ...report, checks, failed: false }), /can run here; 1 thing could be better/);
});
