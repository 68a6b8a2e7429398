import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceStatus } from './testing/samples.ts';
import { testConfig } from './testing/settings.ts';
import { createWorker, defaultWorkerUrl, WorkerLink } from './worker-link.ts';

const START = { type: 'start', config: testConfig(), identities: null, openAlerts: [] } as const;

/** A Worker made of source text. */
function link(source: string) {
  const crashed = Promise.withResolvers<Error>();
  const worker = createWorker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  return {
    crashed: crashed.promise,
    link: new WorkerLink(worker, { onMessage: () => undefined, onCrash: crashed.resolve }),
  };
}

test('the Worker of the sources is beside them', () => {
  assert.match(defaultWorkerUrl().href, /packages\/agent\/src\/worker\/worker\.ts$/);
});

test('a real thread is started, answers, and stops', async () => {
  const { link: started } = link(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ type }) => {
      if (type === 'start') parentPort.postMessage({ type: 'started', status: ${JSON.stringify(sourceStatus)} });
      if (type === 'stop') { parentPort.postMessage({ type: 'stopped' }); parentPort.close(); }
    });`);
  assert.deepEqual(await started.start(START), sourceStatus);
  await started.stop();
});

test('an exception in a real thread is a crash with its message', async () => {
  const { link: started, crashed } = link(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => {
      parentPort.postMessage({ type: 'started', status: {} });
      setTimeout(() => { throw new Error('out of luck'); }, 20);
    });`);
  await started.start(START);
  assert.match((await crashed).message, /out of luck/);
  await started.stop();
});

test('a start that is given up while the thread is just done with it ends without a crash', async () => {
  const abort = new AbortController();
  let hasCrashed = false;
  const { link: started, crashed } = link(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ type }) => {
      if (type !== 'stop') return;
      parentPort.postMessage({ type: 'started', status: {} });
      parentPort.postMessage({ type: 'stopped' });
    });`);
  void crashed.then(() => {
    hasCrashed = true;
  });
  const start = assert.rejects(started.start(START, abort.signal), { name: 'AbortError' });
  abort.abort();
  await start;
  await started.stop();
  await new Promise(setImmediate);
  assert.equal(hasCrashed, false);
});

test('a file that cannot be loaded is an error of the start', async () => {
  const { link: started } = link('import "node:no-such-module";');
  await assert.rejects(started.start(START), { code: 'NG_ERR_WORKER_CRASHED' });
});
