import { Resolver } from 'node:dns/promises';
import { clusterDomain } from '../pod-settings.ts';

/** How long an answer is used. CoreDNS says 5 s for cluster names. */
const ttlMs = 5_000;

/**
 * Finds services as a pod does: a short name such as `api.shop` is tried with the search domains of resolv.conf one after
 * another, over UDP, so ordinary traffic has its NXDOMAINs. Answers are used in turn, as a headless service's are.
 */
export class ServiceLookup {
  readonly #resolver = new Resolver({ timeout: 1_000, tries: 3 });
  readonly #known = new Map<string, { ips: string[]; next: number; until: number }>();
  readonly #search: readonly string[];

  constructor(dns: string, namespace: string) {
    this.#resolver.setServers([dns]);
    this.#search = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  }

  /** One address of the service. Rejects when no search domain knows it or the server does not answer. */
  async find(name: string): Promise<string> {
    let entry = this.#known.get(name);
    if (!entry || entry.until < Date.now()) {
      entry = { ips: await this.#ask(name), next: entry?.next ?? 0, until: Date.now() + ttlMs };
      this.#known.set(name, entry);
    }
    entry.next += 1;
    return entry.ips[entry.next % entry.ips.length] as string;
  }

  async #ask(name: string): Promise<string[]> {
    for (const domain of this.#search) {
      try {
        return await this.#resolver.resolve4(`${name}.${domain}`);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOTFOUND') throw error;
      }
    }
    throw new Error(`no search domain knows ${name}`);
  }
}
