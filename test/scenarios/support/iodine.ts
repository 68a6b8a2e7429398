import assert from 'node:assert/strict';
import { until } from '../../e2e/support/until.ts';
import type { Act } from './act.ts';
import { RunningTool } from './running-tool.ts';
import type { LiveScenario } from './scenario.ts';

const SECRET = ['-P', 'not-a-secret'];
const DOMAIN = 't.example.org';
const servers = new WeakMap<Act, RunningTool>();

/** iodine from a pod to a server outside, until it is told: within half a minute. `args`: how the client is told to go. */
export function iodine(what: string, args: readonly string[], forms: readonly string[]): LiveScenario {
  return {
    what,
    from: 'pod',
    pods: { client: {} },
    hosts: { server: {} },
    prepare: async (act) => {
      const listen = ['-f', '-c', ...SECRET, '-l', act.ip('server'), '10.99.0.1/27', DOMAIN];
      const server = new RunningTool(act.member('server'), 'iodined', 'iodine', listen);
      await server.says(/Listening to dns/);
      servers.set(act, server);
    },
    run: async (act) => {
      await using _server = servers.get(act);
      await using _client = new RunningTool(act.member('client'), 'iodine', 'iodine', [
        '-f',
        ...SECRET,
        ...args,
        act.ip('server'),
        DOMAIN,
      ]);
      await until('iodine is told', () => act.opened().length > 0, { withinMs: 30_000 });
    },
    expect: {
      rule: 'dns-tunnel',
      severity: 'high',
      source: 'client',
      target: 'server',
      check: ({ evidence }) => assert.ok(forms.includes(String(evidence.form)), String(evidence.form)),
    },
  };
}
