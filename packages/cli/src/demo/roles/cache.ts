import { once } from 'node:events';
import { createServer } from 'node:net';
import { ports } from '../pod-settings.ts';

const maxEntries = 200;
const maxLine = 16_384;

/**
 * The demo's cache: the inline form of Redis's protocol, `GET key` and `SET key value`, one line each.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export async function serveCache(): Promise<void> {
  const entries = new Map<string, string>();
  const obey = (line: string): string => {
    const [command, key = '', value = ''] = line.split(' ', 3);
    if (command === 'SET') {
      if (entries.size >= maxEntries) entries.clear();
      entries.set(key, value);
      return '+OK\r\n';
    }
    const found = command === 'GET' ? entries.get(key) : undefined;
    return found === undefined ? '$-1\r\n' : `$${found.length}\r\n${found}\r\n`;
  };
  const server = createServer({ noDelay: true }, (socket) => {
    let pending = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      const lines = (pending + chunk).split('\r\n');
      pending = lines.pop() ?? '';
      if (pending.length > maxLine) socket.destroy();
      else for (const line of lines) socket.write(obey(line), 'latin1');
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(ports.redis, '0.0.0.0');
  await once(server, 'listening');
}
