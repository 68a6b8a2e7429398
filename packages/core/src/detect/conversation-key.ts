import type { Socket } from '../observation.ts';

/** The ends of a conversation as one text: what a payload said and what a connection moved meet in it. */
export function conversationKey({ local, remote }: { readonly local: Socket; readonly remote: Socket }): string {
  return `${local.port}|${remote.port}|${remote.ip}|${local.ip}`;
}
