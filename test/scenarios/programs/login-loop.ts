/** A client that logs in again and again, `parallel` at a time, and says how many sessions it had when it is done. */
import { connect } from 'node:net';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

const {
  host,
  port,
  service,
  sessions,
  parallel = 1,
  pauseMs = 0,
} = settings<{
  host: string;
  port: number;
  service: 'ftp' | 'ssh' | 'mysql' | 'postgres' | 'probe';
  sessions: number;
  parallel?: number;
  pauseMs?: number;
}>();

let begun = 0;
let done = 0;
onStop(() => process.exit(0));

/** What the client says to each thing that the server says; after the last it hangs up. */
function lines(nth: number): Buffer[] {
  switch (service) {
    case 'ftp':
      return [`USER admin\r\n`, `PASS secret${nth}\r\n`, 'QUIT\r\n'].map((text) => Buffer.from(text));
    case 'ssh':
      return [Buffer.alloc(1800, 1), Buffer.alloc(780, 2)];
    case 'mysql':
      return [Buffer.alloc(67, 3)];
    case 'postgres':
      return [];
    case 'probe':
      return [];
  }
}

function session(): void {
  if (begun >= sessions) return;
  begun += 1;
  const says = lines(begun);
  const socket = connect(port, host, () => {
    if (service === 'probe') socket.end();
    if (service === 'postgres') socket.write(Buffer.alloc(80, 5));
  });
  let answers = 0;
  socket.on('error', () => {});
  socket.on('data', () => {
    answers += 1;
    if (service === 'postgres') {
      if (answers < 3) socket.write(Buffer.alloc(60, 6));
      else socket.end(Buffer.alloc(5, 7));
      return;
    }
    const next = says.shift();
    if (next !== undefined) socket.write(next);
    else socket.end();
  });
  socket.on('close', () => {
    done += 1;
    if (done === sessions) say({ sessions: done });
    else setTimeout(session, pauseMs);
  });
}

for (let nth = 0; nth < parallel; nth++) session();
