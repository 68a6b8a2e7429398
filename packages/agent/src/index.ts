export type { Config } from './config/schema.ts';
export { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
export type * from './http/api-types.ts';
export { createLogger, type Logger, type LogOptions } from './log.ts';
export { EventLog, LoggedEvent, type StreamType } from './state/event-log.ts';
export { NodeState } from './state/node-state.ts';
export type { DropRow, ListenerRow, MapStatus, ProgramStatus, SourceStatus, Tick } from './worker/messages.ts';
export type { WorkerPort } from './worker-link.ts';
