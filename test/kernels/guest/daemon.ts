/** `netguard run` as it is shipped: what its API says of known traffic, or how it refuses an old kernel. */
import type { Flow } from '../../../packages/core/src/index.ts';
import { Agent } from '../../e2e/support/agent.ts';
import { run } from '../../e2e/support/command.ts';
import { until } from '../../e2e/support/until.ts';
import { closeStyles, converse, sizeOf } from '../../kernel/support/close-styles.ts';
import { Ledger } from '../../kernel/support/ledger.ts';
import type { PeerNamespace } from '../../kernel/support/peer-namespace.ts';
import { listenTcp } from '../../kernel/support/socket.ts';
import type { Count, DaemonResult } from '../report.ts';

export const NETGUARD = '/netguard/bin/netguard';
const PEER = '198.51.100.2';
const CONNECTIONS = 20;

/** On a kernel that is too old: runs to its end at once, and `netguard doctor` says why. */
export async function refusedDaemon(): Promise<DaemonResult> {
  const { code, signal, stderr } = await run(NETGUARD, ['run', '--listen', '127.0.0.1:0']);
  const doctor = await run(NETGUARD, ['doctor']);
  return {
    kind: 'daemon',
    result: 'refused',
    status: code ?? String(signal),
    detail: stderr.slice(-1000),
    doctor: { status: doctor.code ?? String(doctor.signal), said: doctor.stdout.slice(0, 1000) },
  };
}

/** Serves without samples of payload, is asked for its programs and for connections with known bytes, and is ended. */
export async function* servedDaemon(peer: PeerNamespace): AsyncGenerator<Count | DaemonResult> {
  await using agent = await Agent.start({ command: NETGUARD, config: { payload: { mode: 'off' } } });
  const { programs } = await agent.status();
  const ledger = new Ledger();
  const listener = peer.inside(() => listenTcp(PEER));
  for (let i = 0; i < CONNECTIONS; i++) converse(listener, PEER, sizeOf(i), closeStyles.finByClient!, ledger);
  let flows: Flow[] = [];
  const isWhole = () => flows.length === ledger.entries.length && flows.every(({ state }) => state === 'closed');
  await until('all flows', async () => {
    flows = await agent.list<Flow>(`flows?port=${listener.local}`);
    return isWhole();
  }).catch(() => undefined);
  listener.close();
  yield {
    kind: 'count',
    program: 'netguard run',
    what: 'connections of /api/v1/flows at both ends',
    ...compare(ledger, flows),
  };
  const { status } = await agent.stop();
  const missing = programs.filter(({ attached }) => !attached).map(({ name, reason }) => `${name}: ${reason}`);
  yield { kind: 'daemon', result: 'served', status, detail: missing.join('; ') };
}

function compare(ledger: Ledger, flows: readonly Flow[]): Pick<Count, 'sent' | 'counted' | 'differences'> {
  const wanted = ledger.entries.map(({ role, local, remote, sent, received }) =>
    role === 'client'
      ? `client ${local}>${remote} ${sent} ${received}`
      : `server ${remote}>${local} ${received} ${sent}`,
  );
  const told = new Set(
    flows.map(
      ({ reporter, source, destination, requestBytes, responseBytes }) =>
        `${reporter} ${source.port}>${destination.port} ${requestBytes} ${responseBytes}`,
    ),
  );
  const missing = wanted.filter((line) => !told.has(line));
  return { sent: wanted.length, counted: flows.length, differences: missing.slice(0, 3) };
}
