import { parseAddress } from '../../address.ts';
import type { ApplicationFacts } from '../../payload/facts.ts';

const NAMES_KEPT = 4;
const LONGEST_NAME = 253;

/** What a client calls the server that it speaks to. */
export interface CalledName {
  readonly name: string;
  /** Fingerprint of its TLS hello; empty for HTTP. */
  readonly ja4: string;
}

/** The server name of a TLS hello, the host of an HTTP request; nothing where that is an address. */
export function calledName(facts: ApplicationFacts): CalledName | undefined {
  if (facts.protocol === 'tls' && facts.message === 'client-hello') return called(facts.serverName, facts.ja4);
  if ((facts.protocol !== 'http' && facts.protocol !== 'http2') || facts.message !== 'request') return undefined;
  const host = facts.headers.find(([key]) => key === ':authority' || key.toLowerCase() === 'host')?.[1];
  return called(
    host
      ?.trim()
      .toLowerCase()
      .replace(/:\d{1,5}$/, ''),
    '',
  );
}

function called(name: string | undefined, ja4: string): CalledName | undefined {
  if (name === undefined || name === '' || name.length > LONGEST_NAME) return undefined;
  return name.startsWith('[') || parseAddress(name) !== undefined ? undefined : { name, ja4 };
}

/** The names by which one workload calls one address. */
export class ServerNames {
  #names: readonly string[] = [];
  #ja4 = '';

  add({ name, ja4 }: CalledName): void {
    if (ja4 !== '') this.#ja4 = ja4;
    if (!this.#names.includes(name)) this.#names = [name, ...this.#names.slice(0, NAMES_KEPT - 1)];
  }

  /** Newest first. */
  get all(): readonly string[] {
    return this.#names;
  }

  get ja4(): string {
    return this.#ja4;
  }
}
