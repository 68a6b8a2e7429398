import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelReport } from '../../test/kernels/report.ts';
import { kernelTables, type Tried } from './tables.ts';

const old: KernelReport = {
  release: '5.10.0-32-cloud-amd64',
  trials: [{ kind: 'trial', object: 'sockets', program: 'ng_a', loads: false, attaches: false }],
  counts: [],
  daemon: { kind: 'daemon', result: 'refused', status: 1, detail: '' },
  seconds: 1,
};
const floor: KernelReport = {
  release: '6.1.0-50-cloud-amd64',
  trials: [
    { kind: 'trial', object: 'sockets', program: 'ng_a', loads: true, attaches: true },
    { kind: 'trial', object: 'packets', program: 'ng_b', loads: true, attaches: true },
    { kind: 'trial', object: 'packets', program: 'ng_c', loads: true, attaches: false },
  ],
  counts: [
    { kind: 'count', program: 'ng_a', what: 'ends', sent: 20, counted: 20, differences: [] },
    { kind: 'count', program: 'ng_b', what: 'bytes', sent: 20, counted: 19, differences: [] },
  ],
  daemon: { kind: 'daemon', result: 'served', status: 0, detail: '' },
  seconds: 1,
};
const tried = (report: KernelReport, suite: string): Tried => ({ report, version: '1-1', suite });

test('the tables say of each program what it came to on each kernel', () => {
  assert.deepEqual(kernelTables([tried(old, 'bullseye'), tried(floor, 'bookworm')]), [
    '| Linux | Debian package | `netguard run` |',
    '|---|---|---|',
    '| 5.10 | 5.10.0-32-cloud-amd64, 1-1 of bullseye | refuses to start |',
    '| 6.1 | 6.1.0-50-cloud-amd64, 1-1 of bookworm | serves |',
    '',
    '| program | 5.10 | 6.1 |',
    '|---|---|---|',
    '| packets: `ng_b` | – | differs |',
    '| packets: `ng_c` | – | loads |',
    '| sockets: `ng_a` | refused | exact |',
    '',
    '| counted by | what | sent | 5.10 | 6.1 |',
    '|---|---|---|---|---|',
    '| ng_a | ends | 20 | – | 20 |',
    '| ng_b | bytes | 20 | – | **19** |',
  ]);
});
