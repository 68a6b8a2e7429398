/** For tests only: what a payload said, as the client's end of a conversation tells it. */
import type { Endpoint } from '../endpoint.ts';
import type { ApplicationObservation } from '../observation.ts';
import type { ApplicationFacts, HttpRequest, SshBanner, TlsClientHello, UnknownFacts } from '../payload/facts.ts';
import type { Seen } from './scenario.ts';

export interface Saying {
  readonly atMs: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly port: number;
  readonly by: 'client' | 'server';
  readonly facts: ApplicationFacts;
  readonly transport?: 'TCP' | 'UDP';
  /** Whose end tells it; the client's unless set. */
  readonly reporter?: 'client' | 'server';
  readonly localPort?: number;
}

export function said(saying: Saying): Seen {
  const { atMs, client, server, port, by, facts, transport = 'TCP', reporter = 'client', localPort = 40_000 } = saying;
  const ofClient = { ip: client.ip, port: localPort };
  const ofServer = { ip: server.ip, port };
  const isClient = reporter === 'client';
  const observation: ApplicationObservation = {
    kind: 'application',
    timeMs: atMs,
    transport,
    id: `${transport}|${ofClient.ip}|${localPort}|${ofServer.ip}|${port}`,
    role: reporter,
    cgroupId: 1,
    netns: 1,
    local: isClient ? ofClient : ofServer,
    remote: isClient ? ofServer : ofClient,
    sent: by === reporter,
    facts,
  };
  const who = isClient
    ? { local: client, remote: { ...server, port } }
    : { local: server, remote: { ...client, port: localPort } };
  return { observation, who };
}

/** Payload that no parser knows. */
export function unknownPayload(message: UnknownFacts['message'], payload: string | Uint8Array): UnknownFacts {
  const bytes = typeof payload === 'string' ? Uint8Array.from(payload, (c) => c.charCodeAt(0)) : payload;
  const printable = bytes.filter((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13)).length;
  return {
    protocol: 'unknown',
    message,
    printable: bytes.length === 0 ? 1 : printable / bytes.length,
    entropy: 4,
    bytes,
  };
}

/** The beginning of a TLS connection by a common client. */
export function clientHello(serverName?: string): TlsClientHello {
  return {
    protocol: 'tls',
    message: 'client-hello',
    recordVersion: 0x0301,
    version: 0x0303,
    supportedVersions: [0x0304, 0x0303],
    ...(serverName === undefined ? undefined : { serverName }),
    alpn: [],
    ciphers: [0x1301],
    extensions: [0, 43],
    groups: [29],
    pointFormats: [0],
    signatureAlgorithms: [0x0403],
    keyShares: [29],
    hasEncryptedHello: false,
    ja3: { text: '771,4865,0-43,29,0', hash: '00000000000000000000000000000000' },
    ja4: 't13d010200_000000000000_000000000000',
  };
}

export function sshBanner(software = 'OpenSSH_9.6'): SshBanner {
  return {
    protocol: 'ssh',
    message: 'banner',
    line: `SSH-2.0-${software}`,
    protocolVersion: '2.0',
    software,
    comments: '',
  };
}

export function httpRequest(more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    protocol: 'http',
    message: 'request',
    method: 'GET',
    target: '/',
    version: 'HTTP/1.1',
    headers: [
      ['Host', 'www.example.com'],
      ['User-Agent', 'curl/8.5.0'],
      ['Accept', '*/*'],
    ],
    head: new Uint8Array(0),
    body: new Uint8Array(0),
    isComplete: true,
    ...more,
  };
}
