/** Asks a NetGuard for its metrics and pods again and again over several connections at once: a busy dashboard. */
import { Agent, get } from 'node:http';
import { onStop, say, settings } from './settings.ts';

const { url, paths, connections } = settings<{ url: string; paths: string[]; connections: number }>();
const agent = new Agent({ keepAlive: true, maxSockets: connections });
let answers = 0;
let failures = 0;

function ask(path: string): void {
  const again = () => setImmediate(ask, path);
  get(`${url}${path}`, { agent }, (response) => {
    response.resume().on('end', () => {
      answers += 1;
      if (response.statusCode !== 200) failures += 1;
      again();
    });
  }).on('error', () => {
    failures += 1;
    again();
  });
}

for (let i = 0; i < connections; i += 1) ask(paths[i % paths.length] as string);
say({ ready: true });
onStop(() => {
  say({ answers, failures });
  process.exit(0);
});
