/** Makes and ends connections in all close styles. Arguments: address, connections. Prints the ledger's entries as JSON. */
import { closeStyles, converse, sizeOf } from '../close-styles.ts';
import { Ledger } from '../ledger.ts';
import { listenTcp } from '../socket.ts';

const [ip = '127.0.0.1', count = '1'] = process.argv.slice(2);
const styles = Object.values(closeStyles);
const listeners = styles.map(() => listenTcp(ip));
const ledger = new Ledger();
for (let i = 0; i < Number(count); i++)
  converse(listeners[i % styles.length]!, ip, sizeOf(i), styles[i % styles.length]!, ledger);
console.log(JSON.stringify(ledger.entries));
