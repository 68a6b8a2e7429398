export type { AddressScope } from './address.ts';
export { addressScope, formatAddress, isLoopbackAddress, isLoopbackPair, parseAddress } from './address.ts';
export type * from './alert/alert.ts';
export type { AlertBookOptions, AlertBookSettings, LeftTo } from './alert/alert-book.ts';
export { AlertBook } from './alert/alert-book.ts';
export { alertId } from './alert/alert-id.ts';
export { ALERT_LABELS, subjectOf } from './alert/alert-labels.ts';
export type { AlertOpenings } from './alert/alert-openings.ts';
export type { ClosedCause } from './alert/closed-causes.ts';
export { CLOSED_FOR_MS } from './alert/closed-causes.ts';
export { fingerprintOf } from './alert/fingerprint.ts';
export { compareSeverity } from './alert/severity.ts';
export type { Silence, SilenceRequest, SilenceState } from './alert/silence.ts';
export { LONGEST_SILENCE_MS, matchersText, newSilence, silenceState } from './alert/silence.ts';
export { SilenceBook } from './alert/silence-book.ts';
export type { Matcher } from './alert/silence-matcher.ts';
export { checkMatcher, matcherText, parseMatcher } from './alert/silence-matcher.ts';
export { CaptureReader } from './capture/capture-reader.ts';
export { Dissector } from './capture/dissector.ts';
export { Frame } from './capture/frame.ts';
export type { CaptureLimits } from './capture/limits.ts';
export { CaptureTracker } from './capture/tracker.ts';
export { Cidr } from './cidr.ts';
export type { ClusterView, DetectorContext, NameAddress, RecentFindings } from './detect/context.ts';
export { detectorContext, unknownCluster } from './detect/context.ts';
export type * from './detect/detector.ts';
export { parameterValues } from './detect/detector.ts';
export type { DetectorSetOptions, DetectorSettings } from './detect/detector-set.ts';
export { DetectorSet } from './detect/detector-set.ts';
export type { Owner, Yielded } from './detect/ownership.ts';
export { MAX_RAISE } from './detect/raised-threshold.ts';
export { FindingLog } from './detect/recent-findings.ts';
export { detectors } from './detect/registry.ts';
export type {
  DetectorMode,
  DetectorOverride,
  DetectorSetting,
  DetectorStatus,
  NamespaceOverride,
  NamespaceStatus,
} from './detect/running-detector.ts';
export type * from './endpoint.ts';
export { endpointName, workloadKey } from './endpoint.ts';
export * from './error.ts';
export type { EdgeTableOptions } from './flow/edge-table.ts';
export { EdgeTable } from './flow/edge-table.ts';
export { OTHER_ENDPOINT } from './flow/edge-window.ts';
export type * from './flow/flow.ts';
export type { FlowTableOptions } from './flow/flow-table.ts';
export { FlowTable } from './flow/flow-table.ts';
export type { FlowEnds } from './flow/live-flow.ts';
export type { TotalsTableOptions } from './flow/totals-table.ts';
export { TotalsTable } from './flow/totals-table.ts';
export type { Baseline, Learning, PastRuns } from './learn/learning.ts';
export { nothingLearned } from './learn/learning.ts';
export type { LearningSettings, LearningSummary } from './learn/learning-store.ts';
export { DEFAULT_LEARNING, LearningStore } from './learn/learning-store.ts';
export { mergeSnapshots } from './learn/merge-snapshots.ts';
export type { LearningSnapshot } from './learn/snapshot.ts';
export { LEARNING_SCHEMA_VERSION, parseSnapshot } from './learn/snapshot.ts';
export type { WorkloadFilter } from './learn/workload-filter.ts';
export { matchesWorkload } from './learn/workload-filter.ts';
export { historyKey } from './learn/workload-kind.ts';
export type { WorkloadState } from './learn/workload-record.ts';
export type { LoginService } from './login-services.ts';
export { LOGIN_SERVICES } from './login-services.ts';
export { nearestName } from './nearest-name.ts';
export type * from './observation.ts';
export type * from './policy/access.ts';
export { nothingForbidden } from './policy/access.ts';
export { AccessRules } from './policy/access-rules.ts';
export type { LabelRequirement, LabelSelector } from './policy/label-selector.ts';
export type * from './policy/policies.ts';
export type * from './policy/subject.ts';
export { formatTime } from './rfc3339.ts';
export { Lru } from './sketch/lru.ts';
export type { TableState } from './table-state.ts';
