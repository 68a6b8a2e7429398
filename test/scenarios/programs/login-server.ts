/**
 * Login services that refuse everybody, as large and as slow as real ones: `ftp` speaks its protocol and allows three tries a
 * connection; `ssh` and `mysql` send what a refused login takes of OpenSSH (Zeek's trace ssh/sshguess) and MySQL. `postgres`
 * lets everybody in and answers one query.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onStop, say, settings } from '../../e2e/support/programs/settings.ts';

type Service = 'ftp' | 'ssh' | 'mysql' | 'postgres';

const { services, delayMs = 50 } = settings<{
  services: Readonly<Record<string, Service>>;
  /** How long a wrong password is thought over. */
  delayMs?: number;
}>();

const SSH_BANNER = 'SSH-2.0-OpenSSH_9.6\r\n';

function ftp(socket: Socket): void {
  let tries = 0;
  let text = '';
  socket.write('220 (vsFTPd 3.0.5)\r\n');
  socket.on('data', (data) => {
    text += data.toString('latin1');
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (line.startsWith('USER ')) socket.write('331 Please specify the password.\r\n');
      else if (line.startsWith('PASS ')) setTimeout(() => refuse(), delayMs);
      else socket.end('221 Goodbye.\r\n');
    }
  });
  const refuse = () => {
    tries += 1;
    socket.write('530 Login incorrect.\r\n');
    if (tries === 3) socket.end();
  };
}

/** The key exchange, then a refusal for each packet that holds a password. */
function ssh(socket: Socket): void {
  let received = 0;
  socket.write(SSH_BANNER);
  socket.once('data', () => socket.write(Buffer.alloc(2200, 1)));
  socket.on('data', (data) => {
    received += data.length;
    if (received > 2400) setTimeout(() => socket.write(Buffer.alloc(96, 2)), delayMs);
  });
}

function mysql(socket: Socket): void {
  socket.write(Buffer.alloc(78, 3));
  socket.once('data', () => socket.end(Buffer.alloc(69, 4)));
}

/** Authentication, parameters, one result; it ends when the client says so. */
function postgres(socket: Socket): void {
  let exchanges = 0;
  socket.on('data', () => {
    exchanges += 1;
    socket.write(Buffer.alloc(exchanges === 1 ? 24 : exchanges === 2 ? 440 : 120, 5));
  });
}

const SERVE: Readonly<Record<Service, (socket: Socket) => void>> = { ftp, ssh, mysql, postgres };

for (const [port, service] of Object.entries(services)) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    SERVE[service](socket);
  }).listen(Number(port), '::');
  await once(server, 'listening');
}
say({ ready: true });
onStop(() => process.exit(0));
