import { parseAddress } from '../../address.ts';
import { RULE_RUN_LIMITS } from '../limits.ts';
import { refuse } from '../problem.ts';

export type DatasetType = 'string' | 'md5' | 'sha256' | 'ip' | 'ipv4' | 'ipv6';

const TYPES: readonly string[] = ['string', 'md5', 'sha256', 'ip', 'ipv4', 'ipv6'] satisfies DatasetType[];

export function isDatasetType(name: string): name is DatasetType {
  return TYPES.includes(name);
}

/**
 * Values that rules ask for or add (`dataset`, `datarep`). Files: one value a line, a string in Base64, a hash in hexadecimal,
 * an address as text; for `datarep` a comma and a number after it.
 */
export class Dataset {
  readonly type: DatasetType;
  readonly #values = new Map<string, number>();
  #added = 0;
  /** Values that were not added because enough had been. */
  refusedAdditions = 0;

  constructor(type: DatasetType) {
    this.type = type;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Adds the values of a file. @throws RuleRefusal for a line that is none. */
  load(keyword: string, text: string): void {
    let number = 0;
    for (const line of text.split('\n')) {
      number++;
      const trimmed = line.trim();
      if (trimmed === '') continue;
      const [value = '', score = '0'] = trimmed.split(',');
      const key = this.#parse(value.trim());
      if (key === undefined || !/^\d{1,5}$/.test(score.trim()))
        refuse(keyword, `line ${number} of its file is no ${this.type}`);
      this.#values.set(key!, Number(score));
    }
  }

  has(bytes: Uint8Array): boolean {
    return this.#values.has(keyOf(bytes));
  }

  score(bytes: Uint8Array): number | undefined {
    return this.#values.get(keyOf(bytes));
  }

  /** True when it was not there before. */
  add(bytes: Uint8Array): boolean {
    const key = keyOf(bytes);
    if (this.#values.has(key)) return false;
    if (this.#added >= RULE_RUN_LIMITS.datasetAdditions) {
      this.refusedAdditions++;
      return false;
    }
    this.#added++;
    this.#values.set(key, 0);
    return true;
  }

  remove(bytes: Uint8Array): boolean {
    return this.#values.delete(keyOf(bytes));
  }

  #parse(value: string): string | undefined {
    switch (this.type) {
      case 'string':
        return /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? Buffer.from(value, 'base64').toString('latin1') : undefined;
      case 'md5':
        return /^[0-9a-fA-F]{32}$/.test(value) ? Buffer.from(value, 'hex').toString('latin1') : undefined;
      case 'sha256':
        return /^[0-9a-fA-F]{64}$/.test(value) ? Buffer.from(value, 'hex').toString('latin1') : undefined;
      default:
        return addressKey(value);
    }
  }
}

/** An address as its 16 bytes. */
function addressKey(value: string): string | undefined {
  const bytes = parseAddress(value);
  return bytes === undefined ? undefined : keyOf(bytes);
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
