import { bytesOf, joined } from './bytes.ts';

/** Key exchange, host keys, then encryption, MAC, compression and languages each from the client and to it. */
const LISTS = [
  'curve25519-sha256,diffie-hellman-group14-sha256',
  'ssh-ed25519,rsa-sha2-256',
  'aes128-ctr,aes256-ctr',
  'aes256-gcm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha1',
  'none,zlib',
  'none',
  '',
  '',
];

/** An offer of a key exchange in its packet (RFC 4253, sections 6 and 7.1). */
export function sshKeyExchange(lists: readonly string[] = LISTS): Uint8Array {
  const body = joined(
    Uint8Array.of(20),
    new Uint8Array(16).fill(0xc0),
    ...lists.map((list) => joined(number(list.length), bytesOf(list))),
    new Uint8Array(5),
  );
  const padding = 4 + ((8 - ((body.length + 9) % 8)) % 8);
  return joined(number(body.length + padding + 1), Uint8Array.of(padding), body, new Uint8Array(padding));
}

function number(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
