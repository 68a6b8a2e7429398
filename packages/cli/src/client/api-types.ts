/** The shapes of /api/v1, as the server declares them: types only, nothing of the agent is loaded. */
export type {
  AlertAction,
  BaselineView,
  DetectorView,
  HubbleStatus,
  IntelListView,
  IntelTestView,
  List,
  ListenerView,
  Lists,
  PodRow,
  PolicyInputsView,
  Problem,
  SilenceBody,
  SilenceView,
  StatusResponse,
  StreamEvents,
} from '@netguard/agent';
