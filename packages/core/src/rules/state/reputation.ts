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
  readonly #networks: { readonly cidr: Cidr; readonly category: number; readonly score: number }[] = [];
  badLines = 0;

  constructor({ categories, lists }: ReputationFiles) {
    for (const line of dataLines(categories)) this.#addCategory(line);
    for (const list of lists) for (const line of dataLines(list)) this.#addScore(line);
  }

  category(name: string): number | undefined {
    return this.#categories.get(name.toLowerCase());
  }

  /** 0 (unknown) to 127. */
  score(ip: string, category: number): number {
    const exact = this.#scores.get(`${ip} ${category}`);
    if (exact !== undefined || this.#networks.length === 0) return exact ?? 0;
    const bytes = parseAddress(ip);
    if (bytes === undefined) return 0;
    const network = this.#networks.find((entry) => entry.category === category && entry.cidr.containsBytes(bytes, 0));
    return network?.score ?? 0;
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
      this.#networks.push({ cidr, category: Number(category), score: Number(score) });
    } else {
      this.#scores.set(`${address} ${Number(category)}`, Number(score));
    }
  }
}

function dataLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}
