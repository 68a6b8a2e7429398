/** For tests: TLS handshakes, byte by byte. */
const HANDSHAKE = 22;

export function u16(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 0xff);
}

export function u24(value: number): Buffer {
  return Buffer.of(value >>> 16, (value >>> 8) & 0xff, value & 0xff);
}

/** `bytes` with their length in front, in one, two or three bytes. */
export function sized(size: 1 | 2 | 3, bytes: Uint8Array): Buffer {
  const length = size === 1 ? Buffer.of(bytes.length) : size === 2 ? u16(bytes.length) : u24(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function words(values: readonly number[]): Buffer {
  return Buffer.concat(values.map(u16));
}

export function extension(type: number, content: Uint8Array): Buffer {
  return Buffer.concat([u16(type), sized(2, content)]);
}

export const serverName = (name: string): Buffer =>
  extension(0, sized(2, Buffer.concat([Buffer.of(0), sized(2, Buffer.from(name, 'latin1'))])));
export const alpn = (...names: readonly string[]): Buffer =>
  extension(16, sized(2, Buffer.concat(names.map((name) => sized(1, Buffer.from(name, 'latin1'))))));
export const groups = (...values: readonly number[]): Buffer => extension(10, sized(2, words(values)));
export const pointFormats = (...values: readonly number[]): Buffer => extension(11, sized(1, Buffer.from(values)));
export const signatureAlgorithms = (...values: readonly number[]): Buffer => extension(13, sized(2, words(values)));
export const supportedVersions = (...values: readonly number[]): Buffer => extension(43, sized(1, words(values)));
export const keyShares = (...shares: readonly (readonly [group: number, bytes: number])[]): Buffer =>
  extension(
    51,
    sized(
      2,
      Buffer.concat(shares.map(([group, bytes]) => Buffer.concat([u16(group), sized(2, Buffer.alloc(bytes, 7))]))),
    ),
  );

export interface WrittenHello {
  readonly version?: number;
  readonly sessionId?: Uint8Array;
  readonly ciphers?: readonly number[];
  /** Undefined: a hello without the field, as of SSL 3.0. */
  readonly extensions?: readonly Uint8Array[];
}

export function clientHello(hello: WrittenHello = {}): Buffer {
  const { version = 0x0303, sessionId = Buffer.alloc(32, 1), ciphers = [0x1301, 0x1302], extensions } = hello;
  const body = [u16(version), Buffer.alloc(32, 9), sized(1, sessionId), sized(2, words(ciphers)), Buffer.of(1, 0)];
  if (extensions !== undefined) body.push(sized(2, Buffer.concat(extensions)));
  return message(1, Buffer.concat(body));
}

export function serverHello(version: number, cipher: number, extensions: readonly Uint8Array[]): Buffer {
  const body = [u16(version), Buffer.alloc(32, 9), sized(1, Buffer.alloc(0)), u16(cipher), Buffer.of(0)];
  return message(2, Buffer.concat([...body, sized(2, Buffer.concat(extensions))]));
}

export function certificates(chain: readonly Uint8Array[]): Buffer {
  return message(11, sized(3, Buffer.concat(chain.map((der) => sized(3, der)))));
}

export function message(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type), sized(3, body)]);
}

/** Handshake bytes in one record, or cut into records of `fragment` bytes. */
export function records(bytes: Uint8Array, fragment = 16_384, version = 0x0301): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += fragment) {
    parts.push(Buffer.concat([Buffer.of(HANDSHAKE), u16(version), sized(2, bytes.subarray(at, at + fragment))]));
  }
  return Buffer.concat(parts);
}
