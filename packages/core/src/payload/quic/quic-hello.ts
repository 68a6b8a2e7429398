import type { TlsClientHello } from '../facts.ts';
import { CLIENT_HELLO, readClientHello } from '../tls/client-hello.ts';
import { handshakeMessages } from '../tls/records.ts';
import { readCryptoFrames } from './crypto-frames.ts';
import { CryptoPieces } from './crypto-pieces.ts';
import { clientInitialKeys, type InitialKeys } from './initial-keys.ts';
import type { LongHeader, PacketBounds } from './long-header.ts';
import { unprotect } from './unprotect.ts';
import { findQuicVersion } from './versions.ts';

/**
 * The hello of one client, put together of the Initial packets of its first datagrams. Kept with the conversation (of the
 * client's direction) until `isDone`: at most PAYLOAD_LIMITS.quicCryptoBytes, usually two datagrams.
 */
export class QuicHello {
  #pieces = new CryptoPieces();
  #keys: InitialKeys | undefined;
  #version = 0;
  #isDone = false;

  /** The hello was told. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** No packet of a client was read yet. */
  get isUntouched(): boolean {
    return this.#keys === undefined;
  }

  /** Reads one Initial packet: false when it is none of this client's, or is changed or cut. */
  add(datagram: Uint8Array, header: LongHeader, bounds: PacketBounds): boolean {
    const version = findQuicVersion(header.version);
    if (version === undefined) return false;
    /** Keys stay those of the first id when the server has chosen another; after a retry they are of the new one. */
    const known = this.#version === header.version ? this.#keys : undefined;
    let frames = known && unprotect(datagram, bounds, known);
    if (frames === undefined) {
      const keys = clientInitialKeys(version, header.destinationId);
      frames = unprotect(datagram, bounds, keys);
      if (frames === undefined) return false;
      this.#keys = keys;
      this.#version = header.version;
      this.#pieces = new CryptoPieces();
    }
    readCryptoFrames(frames, this.#pieces);
    return true;
  }

  /** The hello once it is whole, one time; with `evenCut` as far as it is there. */
  take(evenCut: boolean): TlsClientHello | undefined {
    if (this.#isDone || this.#pieces.isEmpty) return undefined;
    const message = handshakeMessages(this.#pieces.beginning()).next().value;
    if (!message || message.type !== CLIENT_HELLO || (message.missing > 0 && !evenCut)) return undefined;
    this.#isDone = true;
    this.#pieces = new CryptoPieces();
    return readClientHello(message.body, message.missing, 0, 'q');
  }
}
