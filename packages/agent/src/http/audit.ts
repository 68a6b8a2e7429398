import type { FastifyRequest } from 'fastify';
import { AUDIT_CODE, type Logger } from '../log.ts';

/** Who changed, or tried to change, what. The time is the log line's. */
export interface AuditEntry {
  /** `silence.add`, `alert.close`, or the method and path of a request that was refused. */
  readonly action: string;
  /** The name that the request gives; nobody has checked it. */
  readonly by?: string;
  /** How the request was let in. */
  readonly access: 'admin-token' | 'this-machine' | 'configuration' | 'none';
  /** Address and port at the other end of the connection; the file that says so, of what the configuration does. */
  readonly remote: string;
  readonly outcome: 'done' | 'refused';
  /** What was changed, or why not. */
  readonly [detail: string]: unknown;
}

export type Audit = (entry: AuditEntry) => void;

/** Writes `code: AUDIT` lines: at every log level, and each of them, also when one is like the last. */
export function auditLog(logger: Logger): Audit {
  const log = logger.child({}, { level: 'info' });
  return (entry) => {
    const { action, outcome, by } = entry;
    log.info({ code: AUDIT_CODE, ...entry }, `${action} ${outcome}${by === undefined ? '' : ` for ${by}`}`);
  };
}

export function remoteOf({ socket }: FastifyRequest): string {
  const { remoteAddress = 'unknown', remotePort } = socket;
  return remotePort === undefined ? remoteAddress : `${remoteAddress} ${remotePort}`;
}
