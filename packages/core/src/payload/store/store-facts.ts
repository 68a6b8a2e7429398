import { byteText } from '../byte-text.ts';
import type { StoreFacts } from '../facts.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';

export function storeFacts(
  protocol: StoreFacts['protocol'],
  message: StoreFacts['message'],
  detail: string,
): readonly StoreFacts[] {
  return [{ protocol, message, detail }];
}

/** What a peer wrote, as long as a detail may be. */
export function detailText(bytes: Uint8Array): string {
  return byteText(bytes, PAYLOAD_LIMITS.storeTextBytes);
}
