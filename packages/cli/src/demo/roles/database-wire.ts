/**
 * The demo's database speaks in PostgreSQL's framing: a type byte, then a length that includes itself, then the payload.
 * https://www.postgresql.org/docs/17/protocol-message-formats.html
 */
export interface DatabaseMessage {
  readonly type: string;
  readonly payload: Buffer;
}

const headerBytes = 5;
/** A longer message can only be a mistake. */
const maxMessageBytes = 1 << 20;

export function frame(type: string, payload: Buffer): Buffer {
  const head = Buffer.alloc(headerBytes);
  head.write(type, 0, 1, 'latin1');
  head.writeUInt32BE(payload.length + 4, 1);
  return Buffer.concat([head, payload]);
}

/** Puts a stream's chunks together to messages. Throws on a length that cannot be. */
export class MessageReader {
  #pending = Buffer.alloc(0);

  push(chunk: Buffer): DatabaseMessage[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk]);
    const messages: DatabaseMessage[] = [];
    while (this.#pending.length >= headerBytes) {
      const length = this.#pending.readUInt32BE(1);
      if (length < 4 || length > maxMessageBytes) throw new Error(`a database message of ${length} bytes`);
      if (this.#pending.length < length + 1) break;
      messages.push({
        type: this.#pending.toString('latin1', 0, 1),
        payload: this.#pending.subarray(headerBytes, length + 1),
      });
      this.#pending = this.#pending.subarray(length + 1);
    }
    return messages;
  }
}
