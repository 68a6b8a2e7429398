import { parseAddress } from '../../address.ts';
import { Cidr } from '../../cidr.ts';

/** The files of `iprep`, as Suricata reads them: `number,name,description` and `address,number,score`. */
export interface ReputationFiles {
  readonly categories: string;
  readonly lists: readonly string[];
}

/** Scores of addresses by category. Lines that are none are counted. */
export class Reputation {
  readonly #categories = new Map<string, number>();
  readonly #scores = new Map<string, number>();
  /** Scores of networks by their bits (IPv4 as v4-mapped), the longest first once all are read. */
  #networks = new Map<number, Map<string, number>>();
  badLines = 0;

  constructor({ categories, lists }: ReputationFiles) {
    for (const line of dataLines(categories)) this.#addCategory(line);
    for (const list of lists) for (const line of dataLines(list)) this.#addScore(line);
    this.#networks = new Map([...this.#networks].sort(([a], [b]) => b - a));
  }

  category(name: string): number | undefined {
    return this.#categories.get(name.toLowerCase());
  }

  /** 0 (unknown) to 127. */
  score(ip: string, category: number): number {
    const exact = this.#scores.get(`${ip} ${category}`);
    if (exact !== undefined || this.#networks.size === 0) return exact ?? 0;
    const bytes = parseAddress(ip);
    if (bytes === undefined) return 0;
    for (const [bits, scores] of this.#networks) {
      const score = scores.get(networkKey(bytes, bits, category));
      if (score !== undefined) return score;
    }
    return 0;
  }

  #addCategory(line: string): void {
    const [number = '', name = ''] = line.split(',');
    if (/^\d{1,2}$/.test(number.trim()) && name.trim() !== '') {
      this.#categories.set(name.trim().toLowerCase(), Number(number));
    } else {
      this.badLines++;
    }
  }

  #addScore(line: string): void {
    const [address = '', category = '', score = ''] = line.split(',').map((part) => part.trim());
    const cidr = Cidr.parse(address);
    if (cidr === undefined || !/^\d{1,2}$/.test(category) || !/^\d{1,3}$/.test(score) || Number(score) > 127) {
      this.badLines++;
    } else if (address.includes('/')) {
      this.#addNetwork(address, cidr, Number(category), Number(score));
    } else {
      this.#scores.set(`${address} ${Number(category)}`, Number(score));
    }
  }

  #addNetwork(address: string, { family, prefix }: Cidr, category: number, score: number): void {
    const bytes = parseAddress(address.slice(0, address.indexOf('/')));
    if (bytes === undefined) return;
    const bits = family === 4 ? prefix + 96 : prefix;
    const scores = this.#networks.get(bits) ?? new Map<string, number>();
    this.#networks.set(bits, scores);
    scores.set(networkKey(bytes, bits, category), score);
  }
}

/** The first bits of an address, and the category. */
function networkKey(bytes: Uint8Array, bits: number, category: number): string {
  const whole = bits >>> 3;
  const rest = bits & 7;
  const head = Buffer.from(bytes.subarray(0, whole)).toString('latin1');
  return `${category} ${head} ${rest === 0 ? '' : bytes[whole]! >>> (8 - rest)}`;
}

function dataLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}
