import { hash } from 'node:crypto';
import type { Fingerprint } from '../facts.ts';
import { withoutGrease } from './grease.ts';

/** The fingerprint of a hello that is cut: none. */
export const NO_FINGERPRINT: Fingerprint = { text: '', hash: '' };

export interface Ja3Input {
  readonly version: number;
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
}

/** JA3 of a client's hello: Althouse, Atkinson and Atkins, "TLS Fingerprinting with JA3 and JA3S", Salesforce 2019. */
export function ja3({ version, ciphers, extensions, groups, pointFormats }: Ja3Input): Fingerprint {
  return fingerprint([
    `${version}`,
    withoutGrease(ciphers).join('-'),
    withoutGrease(extensions).join('-'),
    withoutGrease(groups).join('-'),
    pointFormats.join('-'),
  ]);
}

/** JA3S of a server's hello (the same source): version field, cipher and extensions in the order sent. */
export function ja3s(version: number, cipher: number, extensions: readonly number[]): Fingerprint {
  return fingerprint([`${version}`, `${cipher}`, extensions.join('-')]);
}

function fingerprint(parts: readonly string[]): Fingerprint {
  const text = parts.join(',');
  return { text, hash: hash('md5', text) };
}
