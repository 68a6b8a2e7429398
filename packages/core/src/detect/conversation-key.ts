import type { Role, Socket } from '../observation.ts';

/** The ends of a conversation as one text, the same from either end: what a payload said and what a connection moved meet in it. */
export function conversationKey(of: { readonly role: Role; readonly local: Socket; readonly remote: Socket }): string {
  const [client, server] = of.role === 'server' ? [of.remote, of.local] : [of.local, of.remote];
  return `${client.port}|${server.port}|${server.ip}|${client.ip}`;
}
