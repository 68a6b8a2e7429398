import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { QuicVersion } from './versions.ts';

export interface InitialKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly header: Buffer;
}

/** Keys of a client's Initial packets: of the destination connection id of its first one (RFC 9001, section 5.2). */
export function clientInitialKeys(version: QuicVersion, destinationId: Uint8Array): InitialKeys {
  const initial = createHmac('sha256', version.salt).update(destinationId.slice()).digest();
  const client = createSecretKey(expandLabel(createSecretKey(initial), 'client in', 32));
  return {
    key: expandLabel(client, version.keyLabel, 16),
    iv: expandLabel(client, version.ivLabel, 12),
    header: expandLabel(client, version.headerLabel, 16),
  };
}

/** HKDF-Expand-Label of TLS 1.3 with SHA-256 and no context (RFC 8446, section 7.1), at most 32 bytes: one round of HKDF. */
function expandLabel(secret: KeyObject, label: string, length: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.of(0, length, name.length), Buffer.from(name, 'latin1'), Buffer.of(0, 1)]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}
