import type { OtherFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';

/** Facts of a protocol that is known by its first bytes. */
export function otherFacts(name: string, message: OtherFacts['message'], detail = ''): OtherFacts {
  return { protocol: 'other', message, name, detail: detail.slice(0, PAYLOAD_LIMITS.detailLength) };
}

/** For protocols of which both ends say the same at first. */
export function messageOf(toServer: boolean | undefined): OtherFacts['message'] {
  return toServer === false ? 'response' : 'request';
}
