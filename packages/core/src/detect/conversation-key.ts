import type { Role, Socket } from '../observation.ts';

/** Of an observation, what tells the conversation that it is of. */
export interface Conversation {
  readonly role: Role;
  readonly local: Socket;
  readonly remote: Socket;
}

/** The ends of a conversation as one text, the same from either end: what a payload said and what a connection moved meet in it. */
export function conversationKey(of: Conversation): string {
  const [client, server] = of.role === 'server' ? [of.remote, of.local] : [of.local, of.remote];
  return `${client.port}|${server.port}|${server.ip}|${client.ip}`;
}
