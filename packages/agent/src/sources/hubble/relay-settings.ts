import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { NetGuardError } from '@netguard/core';
import type { Config } from '../../config/schema.ts';
import { parseListenAddress } from '../../config/schema-types.ts';

/** Where the relay is and how to speak to it, with files read. */
export interface RelaySettings {
  /** `host:port`, as configured. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** Undefined: without TLS. */
  readonly tls: RelayTls | undefined;
}

export interface RelayTls {
  /** Whose certificate it must be; the host's when undefined. */
  readonly serverName: string | undefined;
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

type HubbleConfig = Config['sources']['hubble'];

/** Reads certificates and key anew, as they are renewed. @throws NetGuardError NG_ERR_HUBBLE_TLS_FILE */
export function readRelaySettings(config: HubbleConfig): RelaySettings {
  const { address = '' } = config;
  const { host, port } = parseListenAddress(address) ?? { host: '', port: 0 };
  if (config.insecure) return { address, host, port, tls: undefined };
  const ca = readPem(config.tlsCaFile, 'sources.hubble.tlsCaFile');
  const cert = readPem(config.tlsCertFile, 'sources.hubble.tlsCertFile');
  const key = readPem(config.tlsKeyFile, 'sources.hubble.tlsKeyFile');
  const tls = { serverName: config.tlsServerName, ca, cert, key };
  checkPem(tls);
  return { address, host, port, tls };
}

function readPem(file: string | undefined, setting: string): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new NetGuardError('NG_ERR_HUBBLE_TLS_FILE', `reading ${setting} ${file}`, {
      cause,
      hint: 'Check the path and its permissions; in a cluster mount the Secret there (docs/guide/cilium.md).',
    });
  }
}

function checkPem({ ca, cert, key }: RelayTls): void {
  try {
    createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
  } catch (cause) {
    throw new NetGuardError('NG_ERR_HUBBLE_TLS_FILE', 'reading the certificates and the key for the Hubble relay', {
      cause,
      hint: 'sources.hubble.tlsCaFile and tlsCertFile hold PEM certificates, tlsKeyFile the PEM key of tlsCertFile: compare with the keys of the Secret (ca.crt, tls.crt, tls.key).',
    });
  }
}
