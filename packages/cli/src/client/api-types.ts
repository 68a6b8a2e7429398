/** The shapes of /api/v1, as the server declares them: types only, nothing of the agent is loaded. */
export type { List, ListenerView, Lists, PodRow, Problem, StatusResponse, StreamEvents } from '@netguard/agent';
