import type { Endpoint, EndpointKind } from '../../endpoint.ts';
import { workloadKey } from '../../endpoint.ts';

/**
 * What speaks against the source of a contact:
 * - `dark`: it failed on something that never was there.
 * - `new`: it came about, but the workload is learned and never went there.
 * - `signed`: a rule matched in it.
 * - `unknown`: nothing; nobody can say yet whether it is usual. It can carry an infection, and is none by itself.
 */
export type Novelty = 'dark' | 'new' | 'signed' | 'unknown';

/** All that is known of one pod's way to one other on one port. */
export interface Contact {
  readonly key: string;
  readonly from: Member;
  readonly to: Member;
  /** When the first connection began. */
  firstMs: number;
  lastMs: number;
  novelty: Novelty;
  isAnswered: boolean;
  /** When the first connection began in which the client sent payload; NaN as long as none did. */
  paidMs: number;
}

/** One pod at one port: whom it contacted there and who contacted it. */
export interface Member {
  readonly key: string;
  readonly port: number;
  readonly endpoint: Endpoint;
  readonly workload: string;
  /** A service's address stands for pods that are not named. */
  readonly isService: boolean;
  readonly out: Set<Contact>;
  readonly in: Set<Contact>;
  /** It belongs to an outbreak that is being told: what is known of it is kept. */
  isHeld: boolean;
}

const INFECTABLE: ReadonlySet<EndpointKind> = new Set(['pod', 'container', 'unit', 'process', 'private']);

/** Whether a worm may sit there. Strangers from outside are too many, and shared addresses nobody in particular. */
export function isInfectable({ kind }: Endpoint): boolean {
  return INFECTABLE.has(kind);
}

/** A worm infects pods: by their names, where they have one, else by address. */
export function memberName(endpoint: Endpoint, ip: string): string {
  if (endpoint.pod !== undefined) return `${endpoint.namespace ?? ''}/${endpoint.pod}`;
  return endpoint.kind === 'service' ? `service ${workloadKey(endpoint)}` : ip;
}

export function isSuspicious({ novelty }: Contact): boolean {
  return novelty !== 'unknown';
}

/** When it can have infected its target: with its payload where some was seen, else when it came about. */
export function infectsMs({ paidMs, firstMs }: Contact): number {
  return Number.isNaN(paidMs) ? firstMs : paidMs;
}
