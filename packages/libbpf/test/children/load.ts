/** Opens and loads an object, prints how that ended: <object file>. */
import { BpfError, BpfObject } from '../../src/index.ts';

let opened = false;
try {
  const object = BpfObject.open(process.argv[2]!);
  opened = true;
  object.load();
  process.stdout.write(JSON.stringify({ opened, code: 'none' }));
} catch (error) {
  if (!(error instanceof BpfError)) throw error;
  process.stdout.write(JSON.stringify({ opened, code: error.code, errno: error.errno, message: error.message }));
}
