import { createHash } from 'node:crypto';
import type { SshKeyExchange } from '../facts.ts';
import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';

const SSH_MSG_KEXINIT = 20;
const COOKIE_BYTES = 16;
/** Key exchange, host keys, then encryption, MAC, compression and languages, each from the client and to it. */
const LISTS = 8;

/**
 * The key exchange offer in the binary packet at `at`, with HASSH or HASSHServer: MD5 over the sender's own lists of key exchange,
 * encryption, MAC and compression (Salesforce, "Open Sourcing HASSH", 2018). Undefined when it is none or not whole.
 */
export function keyExchangeAt(stream: Uint8Array, at: number, toServer: boolean): SshKeyExchange | undefined {
  const packetBytes = number(stream, at);
  if (packetBytes > LIMITS.sshPacketBytes || stream[at + 5] !== SSH_MSG_KEXINIT) return undefined;
  const lists = nameLists(stream, at + 6 + COOKIE_BYTES, Math.min(stream.length, at + 4 + packetBytes));
  if (lists === undefined) return undefined;
  const own = toServer ? 0 : 1;
  const [keyExchange, hostKeys] = [lists[0]!, lists[1]!];
  const [encryption, macs, compression] = [lists[2 + own]!, lists[4 + own]!, lists[6 + own]!];
  const text = [keyExchange, encryption, macs, compression].join(';');
  return {
    protocol: 'ssh',
    message: 'key-exchange',
    keyExchange: names(keyExchange),
    hostKeys: names(hostKeys),
    encryption: names(encryption),
    macs: names(macs),
    compression: names(compression),
    hassh: { text, hash: createHash('md5').update(text, 'latin1').digest('hex') },
  };
}

function nameLists(stream: Uint8Array, from: number, end: number): string[] | undefined {
  const lists: string[] = [];
  let at = from;
  while (lists.length < LISTS) {
    const next = at + 4 + number(stream, at);
    if (next > end) return undefined;
    lists.push(latin1(stream, at + 4, next));
    at = next;
  }
  return lists;
}

/** The 32 bits at `at`; more than any packet has where the sample ends before. */
function number(stream: Uint8Array, at: number): number {
  if (at + 4 > stream.length) return Number.MAX_SAFE_INTEGER;
  return stream[at]! * 2 ** 24 + stream[at + 1]! * 65_536 + stream[at + 2]! * 256 + stream[at + 3]!;
}

function names(list: string): readonly string[] {
  return list === '' ? [] : list.split(',', LIMITS.sshNames);
}
