/** Asks an agent for /metrics and its API as fast as it answers, so many requests at a time; on SIGTERM prints how many it had. */
const [url = '', concurrency = '4'] = process.argv.slice(2);
const paths = ['/metrics', '/api/v1/flows?limit=500', '/api/v1/edges', '/api/v1/pods', '/api/v1/status', '/metrics'];
let answers = 0;

process.once('SIGTERM', () => {
  console.log(String(answers));
  process.exit();
});

async function ask(first: number): Promise<never> {
  for (let n = first; ; n++) {
    const response = await fetch(`${url}${paths[n % paths.length]}`);
    await response.arrayBuffer();
    if (response.ok) answers++;
  }
}

console.log('hammering');
await Promise.all(Array.from({ length: Number(concurrency) }, (_, n) => ask(n)));
