import type { OtherFacts } from '../facts.ts';
import { latin1 } from '../latin1.ts';
import { otherFacts } from './other-facts.ts';

const READ = 1;
const WRITE = 2;
/** Of a name, and of a mode with its end: RFC 1350, section 5. */
const NAME_BYTES = 512;
const MODE_BYTES = 9;

/** A request of TFTP to read or write a file; `detail` is its name. What follows is on ports of its own and has no mark. */
export function parseTftp(bytes: Uint8Array): OtherFacts | undefined {
  if (bytes[0] !== 0 || (bytes[1] !== READ && bytes[1] !== WRITE)) return undefined;
  const end = bytes.subarray(2, 2 + NAME_BYTES).indexOf(0);
  if (end < 1) return undefined;
  const mode = bytes.subarray(3 + end, 3 + end + MODE_BYTES);
  const modeEnd = mode.indexOf(0);
  if (modeEnd < 0 || !/^(?:netascii|octet|mail)$/i.test(latin1(mode, 0, modeEnd))) return undefined;
  return otherFacts('tftp', 'request', latin1(bytes, 2, 2 + end));
}
