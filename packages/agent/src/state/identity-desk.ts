import { type IdentityFile, NO_IDENTITIES } from '../identify/identity-file.ts';
import type { InventoryAnswer } from '../worker/inventory.ts';
import { PendingAnswers } from './pending-answers.ts';

/** Where the main thread asks who is known by name: the Worker holds that, from the identity file and from the API server. */
export class IdentityDesk {
  readonly #send: (id: number) => void;
  readonly #pending = new PendingAnswers<InventoryAnswer>('identities');

  constructor(send: (id: number) => void) {
    this.#send = send;
  }

  /** All that are known now, as in one file. */
  async list(): Promise<IdentityFile> {
    const answers = await this.#pending.ask(this.#send);
    const parts = answers.map(({ part }) => part);
    return {
      ...NO_IDENTITIES,
      pods: parts.flatMap(({ pods = [] }) => pods),
      services: parts.flatMap(({ services = [] }) => services),
      nodes: parts.flatMap(({ nodes = [] }) => nodes),
      namespaces: parts.flatMap(({ namespaces = [] }) => namespaces),
      workloads: parts.flatMap(({ workloads = [] }) => workloads),
      resolvers: parts.flatMap(({ resolvers = [] }) => resolvers),
    };
  }

  receive(answer: InventoryAnswer): void {
    this.#pending.take(answer.id, answer, answer.isLast);
  }

  /** The Worker is gone: nobody will answer. */
  close(): void {
    this.#pending.close();
  }
}
