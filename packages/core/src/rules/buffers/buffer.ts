import type { ApplicationFacts } from '../../payload/facts.ts';

/** A buffer that rules name: which facts have it and how its bytes are made of them. */
export interface BufferDefinition {
  /** The current keyword: `http.uri`. */
  readonly name: string;
  /** Names of facts' protocols that can have it. */
  readonly protocols: readonly string[];
  /** The direction its facts travel in. */
  readonly direction: 'to-server' | 'to-client' | 'both';
  /** One transaction can have several: each is looked at alone. */
  readonly isMulti?: boolean;
  /** The message of a conversation that is one transaction (TLS, SSH) that has it. */
  readonly message?: 'client-hello' | 'server-hello' | 'certificate' | 'banner' | 'key-exchange';
  /** Its bytes are in one case whatever was sent, so that patterns of it match in either. */
  readonly foldsCase?: boolean;
  /** Longer patterns of it are rarer than elsewhere: weighs when a rule's pattern to look for first is chosen. */
  readonly rarity: number;
  /** The bytes, or undefined where these facts have none. */
  read(facts: ApplicationFacts): Uint8Array | readonly Uint8Array[] | undefined;
}

/** The bytes of Latin-1 text; undefined for none. */
export function latin1(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'latin1');
}
