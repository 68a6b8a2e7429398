/** Loads an object and ends by `exit` so many milliseconds after that began, or with nothing left to do once it is loaded. */
import { BpfObject } from '../../src/index.ts';

const [, , path = '', after = ''] = process.argv;
const object = BpfObject.open(path, { kernelLogLevel: 1 });
let state = 'loading';
const loading = object.loadInThread();
if (after !== 'loaded') {
  setTimeout(() => {
    console.log(state);
    process.exit(0);
  }, Number(after));
}
await loading;
state = 'loaded';
if (after === 'loaded') console.log(state);
