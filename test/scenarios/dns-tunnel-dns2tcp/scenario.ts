import assert from 'node:assert/strict';
import { Temporary } from '../../e2e/support/temporary.ts';
import { until } from '../../e2e/support/until.ts';
import type { Act } from '../support/act.ts';
import { RunningTool } from '../support/running-tool.ts';
import type { LiveScenario } from '../support/scenario.ts';

const DOMAIN = 'd.example.org';
const KEY = 'not-a-secret';
/** In the server's namespace; in the client's. */
const SERVICE = 7007;
const ENTRY = 9999;
const servers = new WeakMap<Act, RunningTool>();

export const scenario: LiveScenario = {
  what: 'dns2tcp from a pod to a server outside, with a session of some kilobytes in it',
  from: 'pod',
  pods: { client: {} },
  hosts: { server: {} },
  prepare: async (act) => {
    const directory = new Temporary();
    process.on('exit', () => directory[Symbol.dispose]());
    const lines = [
      `listen = ${act.ip('server')}`,
      'port = 53',
      'user = root',
      `chroot = ${directory.path}`,
      `domain = ${DOMAIN}`,
      `key = ${KEY}`,
      `resources = echo:127.0.0.1:${SERVICE}`,
    ];
    const file = directory.write('dns2tcpd.conf', `${lines.join('\n')}\n`);
    await act.ownProgram('server', 'ports', { tcp: [SERVICE] }).line();
    const server = new RunningTool(act.member('server'), 'dns2tcpd', 'dns2tcp', ['-F', '-d', '1', '-f', file]);
    await server.says(/Change to user/);
    servers.set(act, server);
  },
  run: async (act) => {
    await using _server = servers.get(act);
    const args = ['-c', '-z', DOMAIN, '-k', KEY, '-r', 'echo', '-l', String(ENTRY), '-d', '1', act.ip('server')];
    await using client = new RunningTool(act.member('client'), 'dns2tcpc', 'dns2tcp', args);
    await client.says(/Listening on/);
    const session = ['-c', `exec 3<>/dev/tcp/127.0.0.1/${ENTRY}; head -c 60000 /dev/urandom >&3; sleep 30`];
    await using _session = new RunningTool(act.member('client'), 'bash', 'bash', session);
    await until('dns2tcp is told', () => act.opened().length > 0, { withinMs: 30_000 });
  },
  expect: {
    rule: 'dns-tunnel',
    severity: 'high',
    source: 'client',
    target: 'server',
    check: ({ evidence }) => assert.equal(evidence.form, 'two-way'),
  },
};
