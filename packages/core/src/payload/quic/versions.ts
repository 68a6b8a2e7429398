import { createSecretKey, type KeyObject } from 'node:crypto';

/** What versions of QUIC derive their Initial keys from. */
export interface QuicVersion {
  readonly salt: KeyObject;
  readonly keyLabel: string;
  readonly ivLabel: string;
  readonly headerLabel: string;
  /** The two type bits of long headers. */
  readonly initialType: number;
  readonly retryType: number;
}

const FIRST_LABELS = { keyLabel: 'quic key', ivLabel: 'quic iv', headerLabel: 'quic hp', initialType: 0, retryType: 3 };

/** RFC 9001, section 5.2. */
const VERSION_1: QuicVersion = { salt: salt('38762cf7f55934b34d179ae6a4c80cadccbb7f0a'), ...FIRST_LABELS };
/** RFC 9369, sections 3.2 and 3.3. */
const VERSION_2: QuicVersion = {
  salt: salt('0dede3def700a6db819381be6e269dcbf9bd2ed9'),
  keyLabel: 'quicv2 key',
  ivLabel: 'quicv2 iv',
  headerLabel: 'quicv2 hp',
  initialType: 1,
  retryType: 0,
};
/** draft-ietf-quic-tls-29 to -32, section 5.2. */
const DRAFT_29: QuicVersion = { salt: salt('afbfec289993d24c9e9786f19c6111e04390a899'), ...FIRST_LABELS };
/** draft-ietf-quic-tls-23 to -28, section 5.2. */
const DRAFT_23: QuicVersion = { salt: salt('c3eef712c72ebb5a11a7d2432bb46365bef9f502'), ...FIRST_LABELS };

/** The version of that number, where its Initial packets can be read. */
export function findQuicVersion(version: number): QuicVersion | undefined {
  if (version === 1) return VERSION_1;
  if (version === 0x6b3343cf) return VERSION_2;
  if (version >>> 8 !== 0xff0000) return undefined;
  const draft = version & 0xff;
  if (draft >= 33 && draft <= 34) return VERSION_1;
  if (draft >= 29 && draft <= 32) return DRAFT_29;
  return draft >= 23 && draft <= 28 ? DRAFT_23 : undefined;
}

/**
 * Numbers that are of QUIC though their packets cannot be read: other drafts, those that only ask for a version negotiation
 * (0x?a?a?a?a; RFC 9000, section 15), and Google's Q050 and T05x with the same header.
 */
export function isQuicVersion(version: number): boolean {
  if (findQuicVersion(version) !== undefined) return true;
  if ((version & 0x0f0f0f0f) === 0x0a0a0a0a) return true;
  const draft = version & 0xff;
  if (version >>> 8 === 0xff0000) return draft >= 14 && draft <= 40;
  return version === 0x51303530 || version === 0x54303530 || version === 0x54303531;
}

/** As a key: HKDF extracts with it, and a key that is made once is used faster. */
function salt(digits: string): KeyObject {
  return createSecretKey(digits, 'hex');
}
