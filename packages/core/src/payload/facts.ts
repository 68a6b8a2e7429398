/**
 * What a payload says, protocol by protocol. Parsers (`payload/<protocol>/`) make facts of bytes, rules and detectors read
 * them. Text is what the peer wrote, byte by byte (Latin-1), so it can hold anything: whoever shows it escapes it. Views of
 * bytes are of the sample and valid only while it is looked at; who keeps them copies them.
 */
export interface Fingerprint {
  /** What was hashed. */
  readonly text: string;
  /** Lower-case hexadecimal MD5 of it. */
  readonly hash: string;
}

export interface DnsQuestion {
  /** Lower case, without the last dot; bytes that are no letter, digit, `-` or `_` as `\ddd` (RFC 1035, section 5.1). */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord extends DnsQuestion {
  readonly ttlSeconds: number;
  /** An address, a name, the strings of a TXT one after the other; empty for types that nobody reads. */
  readonly data: string;
  /** Bytes of the record's data as sent. */
  readonly dataBytes: number;
}

export interface DnsFacts {
  readonly protocol: 'dns';
  readonly message: 'query' | 'response';
  readonly id: number;
  readonly opcode: number;
  /** With the upper bits of EDNS (RFC 6891). */
  readonly rcode: number;
  readonly truncated: boolean;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Size of the message on the wire, also where the sample holds less of it. */
  readonly messageBytes: number;
  /** UDP size that EDNS offers; absent without it. */
  readonly ednsBytes?: number;
  /** Why not all records are here: the sample ends before, the message is not as RFC 1035 says, a limit of the parser was reached. */
  readonly unread?: 'cut' | 'malformed' | 'limit';
  /** The message itself, as far as it was sampled. */
  readonly bytes: Uint8Array;
}

export interface TlsClientHello {
  readonly protocol: 'tls';
  readonly message: 'client-hello';
  readonly recordVersion: number;
  /** The version field of the hello; what is offered is in `supportedVersions` where that extension is there. */
  readonly version: number;
  readonly supportedVersions: readonly number[];
  /** Lower case, as sent otherwise. */
  readonly serverName?: string;
  readonly alpn: readonly string[];
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  /** Groups of the key shares (X25519MLKEM768 is 0x11ec). */
  readonly keyShares: readonly number[];
  readonly hasEncryptedHello: boolean;
  /** Empty, as `ja4` is, where a part of the hello that goes into it was not seen. */
  readonly ja3: Fingerprint;
  /** `t13d1516h2_8daaf6152771_02713d6af862`; with `q` in front in QUIC. */
  readonly ja4: string;
  /** The sample ended before the hello did: lists and names are what was read of them. */
  readonly isCut?: boolean;
}

export interface TlsServerHello {
  readonly protocol: 'tls';
  readonly message: 'server-hello';
  readonly recordVersion: number;
  /** The negotiated one (from supported_versions where it is there). */
  readonly version: number;
  readonly cipher: number;
  readonly extensions: readonly number[];
  readonly alpn: readonly string[];
  readonly ja3s: Fingerprint;
}

export interface TlsCertificate {
  /** RFC 4514 text without escapes beyond need: `CN=example.org, O=Example`, most specific last as in the certificate. */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hexadecimal, bytes parted by `:`. */
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly alternativeNames: readonly string[];
  /** Lower-case hexadecimal. */
  readonly sha1: string;
  readonly sha256: string;
  readonly der: Uint8Array;
}

/** The chain as far as it was sampled: a certificate that is cut off is not in it. Not visible in TLS 1.3. */
export interface TlsCertificates {
  readonly protocol: 'tls';
  readonly message: 'certificate';
  readonly chain: readonly TlsCertificate[];
  readonly isCut: boolean;
}

/**
 * A record at the beginning that holds no hello: an alert (a server's refusal), or what is left of a connection that was open
 * before. Of a handshake record that is cut within its hello too.
 */
export interface TlsRecord {
  readonly protocol: 'tls';
  readonly message: 'record';
  /** 20 change of ciphers, 21 alert, 22 handshake, 23 data, 24 heartbeat. */
  readonly contentType: number;
  readonly recordVersion: number;
  /** Description of an alert that is not encrypted (RFC 8446, section 6): 40 handshake failure, 48 unknown authority… */
  readonly alert?: number;
  /** The sample ended within it. */
  readonly isCut?: boolean;
}

export interface QuicInitial {
  readonly protocol: 'quic';
  /** A version negotiation (`version` is 0) and a retry come from a server. */
  readonly message: 'initial' | 'version-negotiation' | 'retry';
  readonly version: number;
  readonly destinationId: Uint8Array;
  readonly sourceId: Uint8Array;
  /** Absent where it could not be decrypted (a server's Initial, an unknown version) or needs another datagram. */
  readonly hello?: TlsClientHello;
}

export interface HttpRequest {
  readonly protocol: 'http';
  readonly message: 'request';
  readonly method: string;
  /** As sent, with the query. */
  readonly target: string;
  /** `HTTP/1.1`; empty for HTTP/0.9. */
  readonly version: string;
  /** In the order sent, names as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** From the first byte to the blank line, or as far as it was sampled. */
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** The blank line was in the sample. */
  readonly isComplete: boolean;
}

export interface HttpResponse {
  readonly protocol: 'http';
  readonly message: 'response';
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  readonly isComplete: boolean;
}

/** The preface with what follows it (`headers` as far as HPACK's static table and literals show them), or a server's frames. */
export interface Http2Facts {
  readonly protocol: 'http2';
  readonly message: 'request' | 'response' | 'settings';
  /** Pseudo-headers first, as sent (`:method`, `:path`, `:authority`, `:status`). */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The sample ended within its header block, or the block could not be read to its end. */
  readonly isCut?: true;
}

export interface SshBanner {
  readonly protocol: 'ssh';
  readonly message: 'banner';
  /** The line without its end: `SSH-2.0-OpenSSH_9.6p1 Ubuntu-3`. */
  readonly line: string;
  readonly protocolVersion: string;
  readonly software: string;
  readonly comments: string;
}

export interface SshKeyExchange {
  readonly protocol: 'ssh';
  readonly message: 'key-exchange';
  readonly keyExchange: readonly string[];
  readonly hostKeys: readonly string[];
  /** Of the sender's own direction, as HASSH takes them. */
  readonly encryption: readonly string[];
  readonly macs: readonly string[];
  readonly compression: readonly string[];
  /** HASSH of a client, HASSHServer of a server. */
  readonly hassh: Fingerprint;
}

export interface SmbFacts {
  readonly protocol: 'smb';
  readonly message: 'request' | 'response';
  readonly version: 1 | 2 | 3;
  readonly command: number;
  /** NT status of a response. */
  readonly status: number;
  /** Offered or chosen dialects of a negotiation. */
  readonly dialects: readonly string[];
}

export interface DceRpcFacts {
  readonly protocol: 'dcerpc';
  readonly message: 'bind' | 'bind-ack' | 'request' | 'response' | 'fault' | 'other';
  /** UUIDs of the interfaces of a bind. */
  readonly interfaces: readonly string[];
  /** Of a request. */
  readonly operation?: number;
}

/** A data store's first words. `detail` is what is worth knowing in one line: a server's version, a client's database, a command's name. */
export interface StoreFacts {
  readonly protocol: 'redis' | 'mysql' | 'postgresql' | 'mongodb' | 'kafka';
  readonly message: 'request' | 'response' | 'greeting';
  readonly detail: string;
}

/** Mining: JSON lines of Stratum (v1 and the dialects of Monero and Ethereum miners), or the handshake of Stratum v2. */
export interface StratumFacts {
  readonly protocol: 'stratum';
  readonly message: 'request' | 'response' | 'notification';
  /** `mining.subscribe`, `login`, `eth_submitLogin`, `job`, …; empty for a response. */
  readonly method: string;
  /** Wallet or worker, and software, where they are told. */
  readonly login?: string;
  readonly agent?: string;
  /** The sample ended within the line. */
  readonly isCut?: boolean;
}

/** Other protocols that are known by their first bytes: `smtp`, `ftp`, `irc`, `telnet`, `rdp`, `vnc`, `socks4`, `socks5`, `bittorrent`, `ldap`, `ntp`, `snmp`, `rtsp`, `sip`, `ssdp`, `tftp`, `amqp`, `mqtt`, `memcached`, `pop3`, `imap`, `netbios`. */
export interface OtherFacts {
  readonly protocol: 'other';
  readonly message: 'request' | 'response';
  readonly name: string;
  /** The first line of a protocol of lines; else empty. */
  readonly detail: string;
}

/** No parser knows it. */
export interface UnknownFacts {
  readonly protocol: 'unknown';
  readonly message: 'request' | 'response';
  /** Share of bytes that are printable ASCII or white space, 0 to 1. */
  readonly printable: number;
  /** Shannon entropy, bits a byte. */
  readonly entropy: number;
  /** All that was sampled of this direction from its beginning. */
  readonly bytes: Uint8Array;
}

export type ApplicationFacts =
  | DnsFacts
  | TlsClientHello
  | TlsServerHello
  | TlsCertificates
  | TlsRecord
  | QuicInitial
  | HttpRequest
  | HttpResponse
  | Http2Facts
  | SshBanner
  | SshKeyExchange
  | SmbFacts
  | DceRpcFacts
  | StoreFacts
  | StratumFacts
  | OtherFacts
  | UnknownFacts;

export type ApplicationProtocol = ApplicationFacts['protocol'];
