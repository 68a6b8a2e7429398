import { closeStyles, converse, sizeOf } from '../../../kernel/support/close-styles.ts';
import { checkLifecycles, Ledger } from '../../../kernel/support/ledger.ts';
import { listenTcp } from '../../../kernel/support/socket.ts';
import type { Watch } from '../../../kernel/support/watch.ts';
import { closedOf, type Found, type Part, PEER, type Stage, settled } from '../stage.ts';

const CONNECTIONS = 100;

/** Short connections in five close styles over both families: bytes, ends, and one record each. */
export const connections: Part = {
  program: 'ng_tcp_state',
  what: 'ended connections, with their bytes both ways and how they ended',
  async count({ watch, peer }: Stage): Promise<Found[]> {
    const ledger = new Ledger();
    const styles = Object.values(closeStyles);
    const listeners = Object.values(PEER).flatMap((address) => styles.map(() => peer.inside(() => listenTcp(address))));
    const addresses = Object.values(PEER).flatMap((address) => styles.map(() => address));
    const destroyed = runsOf(watch, 'ng_tcp_destroy');
    for (let i = 0; i < CONNECTIONS; i++) {
      const at = i % listeners.length;
      converse(listeners[at]!, addresses[at]!, sizeOf(i), styles[at % styles.length]!, ledger);
    }
    const ports = listeners.map(({ local }) => local);
    const ends = 2 * CONNECTIONS;
    const runs = () => runsOf(watch, 'ng_tcp_destroy') - destroyed;
    await settled(watch, () => closedOf(watch, ports).length >= ends && runs() >= ends);
    const problems = [...ledger.compare(closedOf(watch, ports)), ...checkLifecycles(watch.connections)];
    const run = runs();
    for (const listener of listeners) listener.close();
    return [
      {
        program: this.program,
        what: this.what,
        sent: ends,
        counted: closedOf(watch, ports).length,
        differences: problems,
      },
      {
        program: 'ng_tcp_destroy',
        what: 'runs, one for each socket that ended',
        sent: ends,
        counted: run,
        differences: [],
      },
    ];
  },
};

function runsOf(watch: Watch, program: string): number {
  return watch.source.programs().find(({ name }) => name === program)?.runs ?? 0;
}
