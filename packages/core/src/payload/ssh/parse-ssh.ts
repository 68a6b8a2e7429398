import type { SshBanner, SshKeyExchange } from '../facts.ts';
import { latin1 } from '../latin1.ts';
import { PAYLOAD_LIMITS as LIMITS } from '../limits.ts';
import { startsWith } from '../starts-with.ts';
import { keyExchangeAt } from './key-exchange.ts';

const LF = 10;
const CR = 13;
const BANNER = /^SSH-([^-\s]{1,16})-([^\s]*)(?:[ \t]+(.*))?$/s;

/**
 * What an end of SSH says before it encrypts (RFC 4253, sections 4.2 and 7.1): its banner, then its key exchange offer once that
 * is whole. A server may send lines before its banner.
 * @param toServer the client sent it; undefined is taken for it
 */
export function parseSsh(stream: Uint8Array, toServer: boolean | undefined): (SshBanner | SshKeyExchange)[] {
  const start = bannerStart(stream);
  const feed = start < 0 ? -1 : stream.indexOf(LF, start);
  if (feed < 0 || feed - start >= LIMITS.sshLineBytes) return [];
  const line = latin1(stream, start, stream[feed - 1] === CR ? feed - 1 : feed);
  const parts = BANNER.exec(line);
  if (parts === null) return [];
  const banner: SshBanner = {
    protocol: 'ssh',
    message: 'banner',
    line,
    protocolVersion: parts[1]!,
    software: parts[2]!,
    comments: parts[3] ?? '',
  };
  const keyExchange = keyExchangeAt(stream, feed + 1, toServer ?? true);
  return keyExchange === undefined ? [banner] : [banner, keyExchange];
}

/** Where the line that begins with `SSH-` begins; -1 when none of the first does. */
function bannerStart(stream: Uint8Array): number {
  let at = 0;
  for (let lines = 0; lines <= LIMITS.sshLines; lines++) {
    if (startsWith(stream, 'SSH-', at)) return at;
    const feed = stream.subarray(at, at + LIMITS.sshLineBytes).indexOf(LF);
    if (feed < 0) return -1;
    at += feed + 1;
  }
  return -1;
}
