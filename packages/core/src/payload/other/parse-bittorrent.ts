import type { OtherFacts } from '../facts.ts';
import { startsWith } from '../starts-with.ts';
import { messageOf, otherFacts } from './other-facts.ts';

/** Beginnings of the DHT's messages (BEP 5), whose keys are sorted: a query, a reply, a reply that tells the address, an error. */
const DHT = ['d1:ad2:id20:', 'd1:rd2:id20:', 'd2:ip6:', 'd1:eli20'] as const;
/** `protocol_id`, then action 0, of a request to connect to a tracker over UDP (BEP 15). */
const TRACKER = '\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00';

/** BitTorrent's handshake between peers (BEP 3), on TCP. */
export function parseBittorrent(bytes: Uint8Array, toServer: boolean | undefined): OtherFacts | undefined {
  return startsWith(bytes, '\x13BitTorrent protocol') ? otherFacts('bittorrent', messageOf(toServer)) : undefined;
}

/** BitTorrent's DHT and its trackers, on UDP. */
export function parseBittorrentDatagram(bytes: Uint8Array, wireLength: number): OtherFacts | undefined {
  if (wireLength === 16 && startsWith(bytes, TRACKER)) return otherFacts('bittorrent', 'request');
  const kind = DHT.findIndex((beginning) => startsWith(bytes, beginning));
  return kind < 0 ? undefined : otherFacts('bittorrent', kind === 0 ? 'request' : 'response');
}
