import { readFileSync } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import { NetGuardError } from '@netguard/core';
import { type FileWatch, watchFile } from '../config/watch-file.ts';

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Certificate and key, checked to belong together. Throws NG_ERR_TLS_FILES naming the files. */
export function readTlsFiles(certFile: string, keyFile: string): TlsPair {
  try {
    const pair = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    throw new NetGuardError('NG_ERR_TLS_FILES', `reading the certificate ${certFile} and its key ${keyFile}`, {
      cause,
      hint: 'Both must be PEM files, readable by this user, and belong together.',
    });
  }
}

/** Gives the server the new certificate when either file changes; a bad pair changes nothing and is told to `onProblem`. */
export function watchTlsFiles(
  server: Pick<Server, 'setSecureContext'>,
  certFile: string,
  keyFile: string,
  onProblem: (sentence: string | null) => void,
): () => void {
  const reload = () => {
    try {
      server.setSecureContext(readTlsFiles(certFile, keyFile));
      onProblem(null);
    } catch (error) {
      onProblem(`The TLS files changed but cannot be used, the last certificate stays: ${(error as Error).message}.`);
    }
  };
  const watches: FileWatch[] = [watchFile(certFile, reload), watchFile(keyFile, reload)];
  return () => {
    for (const watch of watches) watch.close();
  };
}
