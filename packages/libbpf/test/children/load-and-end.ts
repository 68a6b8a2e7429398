/** Loads an object and ends by `exit` in the middle of it, or with nothing left to do once it is loaded. */
import { BpfObject } from '../../src/index.ts';

const [, , path = '', mode] = process.argv;
const object = BpfObject.open(path);
const loading = object.loadInThread();
if (mode === 'exit') {
  setImmediate(() => {
    console.log(mode);
    process.exit(0);
  });
} else {
  await loading;
  console.log(mode);
}
