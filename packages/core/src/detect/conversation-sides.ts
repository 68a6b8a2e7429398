import type { Endpoint } from '../endpoint.ts';
import type { PayloadConversation } from '../observation.ts';
import type { NameAddress } from './context.ts';
import type { Who } from './detector.ts';

/** Who called whom, whichever end tells of it. */
export interface ConversationSides {
  readonly client: Endpoint;
  /** With its port. */
  readonly server: Endpoint;
  /** The client said it. */
  readonly byClient: boolean;
}

/**
 * Of a conversation between two ends of this host one tells, and that is the one that spoke first: a server may. So a detector of
 * what clients do has to look at both. Undefined where nobody knows who called.
 */
export function conversationSides(
  { role, local: { ip, port }, remote: peer, sent }: PayloadConversation,
  { local, remote }: Who,
  nameAddress: NameAddress,
): ConversationSides | undefined {
  if (remote === null || role === 'unknown') return undefined;
  if (role === 'client') return { client: local, server: { ...remote, port: peer.port }, byClient: sent };
  const { port: _port, ...client } = remote;
  // By its address, as a client knows it.
  return { client, server: { ...nameAddress(ip), port }, byClient: !sent };
}

/** Nobody of ours: what they do elsewhere is none of our business, and what they do here is their server's. */
export function isStranger({ kind }: Endpoint): boolean {
  return kind === 'world' || kind === 'private' || kind === 'link-local';
}
