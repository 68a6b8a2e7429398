export { configJsonSchema } from './config/json-schema.ts';
export { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.ts';
export { ConfigError } from './config/problem.ts';
export { redact } from './config/redact.ts';
export { type Config, defaultConfig } from './config/schema.ts';
export { showConfig } from './config/show.ts';
export { type ConfigWatch, type ReloadResult, watchConfig } from './config/watch.ts';
export { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
export { renderDoctor } from './doctor/render-doctor.ts';
export type { DoctorCheck, DoctorReport } from './doctor/report.ts';
export { runDoctor, type SelfTest } from './doctor/run-doctor.ts';
export type * from './http/api-types.ts';
export type { IdentityFile } from './identify/identity-file.ts';
export { type IdentitySource, type IdentityUpdate, StaticIdentitySource } from './identify/identity-source.ts';
export type { IntelListView, IntelTestView } from './intel/intel-view.ts';
export { createLogger, type Logger, type LogOptions } from './log.ts';
export { type LoadedPolicies, loadPolicies, parsePolicies } from './policy/load-policies.ts';
export { policyInputs } from './policy/policy-inputs.ts';
export type { ProgramView } from './programs/program-view.ts';
export type { MapDump } from './programs/running-program.ts';
export { type ReplayOptions, type ReplayProgress, type ReplayResult, replayCaptures } from './replay/replay.ts';
export type { ReplaySummary } from './replay/replay-summary.ts';
export { compileRuleFiles } from './rules/compile-rule-files.ts';
export { besideRules, readRuleFiles, readRuleText } from './rules/rule-files.ts';
export type { RuleSummary } from './rules/rule-summary.ts';
export { EventLog, LoggedEvent, type StreamType } from './state/event-log.ts';
export { NodeState } from './state/node-state.ts';
export type {
  DropRow,
  HubbleStatus,
  ListenerRow,
  MapStatus,
  ProgramStatus,
  SourceStatus,
  Tick,
} from './worker/messages.ts';
export type { WorkerPort } from './worker-link.ts';
