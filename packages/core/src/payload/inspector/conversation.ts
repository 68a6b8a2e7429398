import type { RuleMemory } from '../../rules/inspection.ts';
import { Direction } from './direction.ts';

/** What is remembered of a conversation while its first segments come. */
export class Conversation {
  /** Sent by the watched end, and received by it. */
  readonly sent = new Direction();
  readonly received = new Direction();
  readonly protocols = new Set<string>();
  readonly memory: RuleMemory = { flowBits: undefined, matched: undefined };

  direction(isSent: boolean): Direction {
    return isSent ? this.sent : this.received;
  }

  /** TCP: payload came, so there was a handshake; of datagrams both ends must have sent some. */
  isEstablished(transport: 'TCP' | 'UDP'): boolean {
    return transport === 'TCP' || (this.sent.samples > 0 && this.received.samples > 0);
  }
}
