import type { ByteCursor } from '../byte-cursor.ts';
import { byteText } from '../byte-text.ts';
import { PAYLOAD_LIMITS } from '../limits.ts';

/** IANA, TLS ExtensionType values. */
export const SERVER_NAME = 0;
export const SUPPORTED_GROUPS = 10;
export const POINT_FORMATS = 11;
export const SIGNATURE_ALGORITHMS = 13;
export const ALPN = 16;
export const SUPPORTED_VERSIONS = 43;
export const KEY_SHARE = 51;
/** RFC 9849; what its drafts used, from 13 on. */
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;
/** draft-ietf-tls-esni up to 06: the encrypted server name alone. */
const ENCRYPTED_SERVER_NAME = 0xffce;

/** What the extensions of a hello say. The same of a client and of a server; a field that one of them does not send is empty. */
export interface HelloExtensions {
  readonly types: number[];
  readonly alpn: string[];
  readonly groups: number[];
  readonly pointFormats: number[];
  readonly signatureAlgorithms: number[];
  readonly supportedVersions: number[];
  readonly keyShares: number[];
  serverName: string | undefined;
  hasEncryptedHello: boolean;
  /** Fingerprints can be made: nothing that goes into them is missing. */
  isWhole: boolean;
}

/** What a hello says before its extensions, or without any. */
export function noExtensions(): HelloExtensions {
  return {
    types: [],
    alpn: [],
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    supportedVersions: [],
    keyShares: [],
    serverName: undefined,
    hasEncryptedHello: false,
    isWhole: true,
  };
}

/** Extensions whose content nobody but their peer needs may be cut: fingerprints take their type alone. */
const READ: readonly number[] = [SUPPORTED_GROUPS, POINT_FORMATS, SIGNATURE_ALGORITHMS, ALPN, SUPPORTED_VERSIONS];

/**
 * Extensions of a client's hello, `cursor` behind their length (`length`). Of one that is cut what was read is told; `isWhole`
 * stays true when only the content of the very last extension is missing and fingerprints do not look into it.
 */
export function readClientExtensions(cursor: ByteCursor, length: number): HelloExtensions {
  const found = noExtensions();
  const start = cursor.at;
  while (cursor.left >= 4 && found.types.length < PAYLOAD_LIMITS.tlsExtensions) {
    const type = cursor.u16();
    const size = cursor.u16();
    const isLast = cursor.at - start + size === length;
    const content = cursor.part(size);
    found.types.push(type);
    readClientExtension(found, type, content);
    if (content.isCut && (READ.includes(type) || !isLast)) found.isWhole = false;
    if (content.isCut) return found;
  }
  if (cursor.at - start < length) found.isWhole = false;
  return found;
}

function readClientExtension(found: HelloExtensions, type: number, content: ByteCursor): void {
  switch (type) {
    case SERVER_NAME:
      found.serverName ??= serverName(content.part(content.u16()));
      break;
    case SUPPORTED_GROUPS:
      words(content.part(content.u16()), found.groups);
      break;
    case POINT_FORMATS:
      found.pointFormats.push(...content.take(content.u8()));
      break;
    case SIGNATURE_ALGORITHMS:
      words(content.part(content.u16()), found.signatureAlgorithms);
      break;
    case ALPN:
      readAlpn(content, found.alpn);
      break;
    case SUPPORTED_VERSIONS:
      words(content.part(content.u8()), found.supportedVersions);
      break;
    case KEY_SHARE:
      keyShares(content.part(content.u16()), found.keyShares);
      break;
    case ENCRYPTED_CLIENT_HELLO:
    case ENCRYPTED_SERVER_NAME:
      found.hasEncryptedHello = true;
  }
}

/** Two bytes each, as lists of ciphers, groups and versions are. */
export function words(list: ByteCursor, into: number[]): void {
  while (list.left >= 2 && into.length < PAYLOAD_LIMITS.tlsListEntries) into.push(list.u16());
}

/** Protocol names (RFC 7301), in the order of preference; the length of the list is in front. */
export function readAlpn(content: ByteCursor, into: string[]): void {
  const list = content.part(content.u16());
  while (list.left > 0 && into.length < PAYLOAD_LIMITS.tlsListEntries) {
    const name = list.take(list.u8());
    if (list.isCut) return;
    into.push(byteText(name));
  }
}

/** The first host name (RFC 6066, section 3), lower case; undefined where it is cut. */
function serverName(list: ByteCursor): string | undefined {
  while (list.left >= 3) {
    const type = list.u8();
    const name = list.part(list.u16());
    if (name.isCut) return undefined;
    if (type === 0) return byteText(name.take(name.left), PAYLOAD_LIMITS.tlsNameBytes).toLowerCase();
  }
  return undefined;
}

/** Groups of the shares; the last may be cut, its group is known. */
function keyShares(list: ByteCursor, into: number[]): void {
  while (list.left >= 4 && into.length < PAYLOAD_LIMITS.tlsListEntries) {
    into.push(list.u16());
    list.skip(list.u16());
  }
}
