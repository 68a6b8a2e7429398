import type { RuleMemory } from '../../rules/inspection.ts';
import { Direction } from './direction.ts';

const NONE: ReadonlySet<string> = new Set();

/** What is remembered of a conversation while its first segments come. */
export class Conversation {
  #sent: Direction | undefined;
  #received: Direction | undefined;
  #protocols: Set<string> | undefined;
  readonly memory: RuleMemory = { flowBits: undefined, matched: undefined };

  /** What the watched end sent, or received. */
  direction(isSent: boolean): Direction {
    if (isSent) {
      this.#sent ??= new Direction();
      return this.#sent;
    }
    this.#received ??= new Direction();
    return this.#received;
  }

  /** Those directions of which there was a sample. */
  get directions(): readonly (readonly [isSent: boolean, direction: Direction])[] {
    const found: [boolean, Direction][] = [];
    if (this.#sent !== undefined) found.push([true, this.#sent]);
    if (this.#received !== undefined) found.push([false, this.#received]);
    return found;
  }

  /** Protocols that it is known to speak. */
  get protocols(): ReadonlySet<string> {
    return this.#protocols ?? NONE;
  }

  speaks(protocol: string): void {
    this.#protocols ??= new Set();
    this.#protocols.add(protocol);
  }

  /** TCP: payload came, so there was a handshake; of datagrams both ends must have sent some. */
  isEstablished(transport: 'TCP' | 'UDP'): boolean {
    return transport === 'TCP' || (this.#sent !== undefined && this.#received !== undefined);
  }
}
