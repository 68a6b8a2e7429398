import type { Endpoint } from '../endpoint.ts';

export type AccessProtocol = 'TCP' | 'UDP' | 'SCTP';
export type AccessDirection = 'ingress' | 'egress';

/** Why traffic may not be, in words that a person can act on. */
export interface AccessDenial {
  /** At which end it is forbidden: into the target, or out of the source. */
  readonly direction: AccessDirection;
  /** The policies that select that end and do not allow this traffic (`NetworkPolicy shop/default-deny`), at most ten. */
  readonly policies: readonly string[];
  /** The rule that comes nearest, or that forbids it: `NetworkPolicy shop/db ingress[0]`. Absent: there is no rule at all. */
  readonly rule?: string;
  /** What that rule lacks, or what a rule would have to say. */
  readonly missing: string;
  /** A rule that would allow it, to be added as it stands (YAML): for when it is meant to be allowed. */
  readonly allowWith: string;
}

/** Answers who may talk to whom. Pure look-ups; decisions are kept until policies or identities change. */
export interface AccessJudge {
  /** False while there is no policy: nothing has to be asked. */
  readonly isActive: boolean;
  /** Grows when policies changed: what is open has to be asked again. Identities change all the time, and are in each answer. */
  readonly generation: number;
  /** Undefined: allowed, or not known well enough to be judged. `port` is the destination's. */
  denial(source: Endpoint, destination: Endpoint, port: number, protocol: AccessProtocol): AccessDenial | undefined;
}

/** The judge of a world without policies. */
export const nothingForbidden: AccessJudge = {
  isActive: false,
  generation: 0,
  denial: () => undefined,
};
