export type AgentModule = typeof import('@netguard/agent');

/** The agent with all that it brings (HTTP server, kernel bindings): loaded only by the commands that need it. */
export function loadAgent(): Promise<AgentModule> {
  return import('@netguard/agent');
}
