import type { BpfObject } from '@netguard/libbpf';
import { programError } from './program-error.ts';

type Object = Pick<BpfObject, 'getGlobal' | 'setGlobals'>;

/**
 * Sets global variables from text (`--set min_bytes=0x400`), each read as its type in the program is. Before the object is
 * loaded. Throws NG_ERR_PROGRAM_SET for a name or a value that cannot be.
 */
export function setGlobalValues(object: Object, values: Readonly<Record<string, string>>, doing: string): void {
  for (const [name, text] of Object.entries(values)) {
    try {
      object.setGlobals({ [name]: parsed(text, object.getGlobal(name)) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw programError('NG_ERR_PROGRAM_SET', doing, why, {
        hint: '--set takes the name of a global variable of the program, and a value of its type.',
      });
    }
  }
}

function parsed(text: string, now: unknown): number | bigint | boolean | string {
  if (typeof now === 'string') return text;
  if (typeof now === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new Error(`${JSON.stringify(text)} is neither true nor false`);
  }
  if (typeof now !== 'number' && typeof now !== 'bigint') throw new Error('it is no single value, and cannot be set');
  /* Enums are set by name; the codec knows them. */
  if (/^[A-Za-z_]\w*$/.test(text)) return text;
  if (!/^-?(?:\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text)) throw new Error(`${JSON.stringify(text)} is no whole number`);
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
