/**
 * Takes a list apart while it comes in: each element of `items` is parsed by itself, so a list is never held whole, however
 * large its objects are. What is around them (kind, metadata) is small and parsed at the end.
 */
import { MalformedAnswer } from './malformed-answer.ts';
import { type RawObject, record } from './raw-object.ts';

/* etcd takes objects of 1.5 MB; as JSON they are hardly four times as long. */
const MAX_ITEM_BYTES = 8 * 1_048_576;
const MAX_ENVELOPE_BYTES = 65_536;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
/** Open brackets around an item: that of the list and that of `items`. */
const AROUND_ITEM = 2;

export class JsonItems {
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #inItems = false;
  /* The last string of the top level, which is a key when a colon follows, and that key. */
  #string: number[] = [];
  #key = '';
  #envelope: number[] = [];
  #item: Buffer[] = [];
  #itemBytes = 0;

  /** The items that are complete with this piece. Throws MalformedAnswer. */
  push(chunk: Buffer): RawObject[] {
    const items: RawObject[] = [];
    let at = 0;
    while (at < chunk.length) at = this.#inItems ? this.#readItems(chunk, at, items) : this.#readEnvelope(chunk, at);
    return items;
  }

  /** What was around the items. Throws MalformedAnswer when the list is not complete. */
  end(): RawObject {
    if (this.#depth !== 0 || this.#envelope.length === 0) throw new MalformedAnswer('a list that ends in the middle');
    return parse(Buffer.from(this.#envelope));
  }

  /** Up to the first item; returns where it stopped. */
  #readEnvelope(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]!;
      this.#envelope.push(byte);
      if (this.#envelope.length > MAX_ENVELOPE_BYTES) throw new MalformedAnswer('no items where they should be');
      if (this.#inString) {
        if (!this.#passString(byte) && this.#depth === 1) this.#string.push(byte);
      } else if (byte === QUOTE) {
        this.#inString = true;
        this.#string = [];
      } else if (byte === COLON && this.#depth === 1) this.#key = Buffer.from(this.#string).toString();
      else if (byte === OBJECT_END || byte === ARRAY_END) this.#depth--;
      else if (byte === OBJECT || byte === ARRAY) {
        this.#depth++;
        this.#inItems = byte === ARRAY && this.#depth === AROUND_ITEM && this.#key === 'items';
        if (this.#inItems) return at + 1;
      }
    }
    return chunk.length;
  }

  /** Up to the end of the items, with the bracket that closes them left for the envelope. */
  #readItems(chunk: Buffer, from: number, items: RawObject[]): number {
    let start = from;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#inString) this.#passString(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (byte === OBJECT || byte === ARRAY) {
        if (this.#depth === AROUND_ITEM) start = at;
        this.#depth++;
      } else if (byte === OBJECT_END || byte === ARRAY_END) {
        if (this.#depth === AROUND_ITEM) {
          this.#inItems = false;
          return at;
        }
        this.#depth--;
        if (this.#depth > AROUND_ITEM) continue;
        this.#keep(chunk.subarray(start, at + 1));
        items.push(this.#takeItem());
      }
    }
    if (this.#depth > AROUND_ITEM) this.#keep(chunk.subarray(start));
    return chunk.length;
  }

  /** One byte inside a string; true when it was the last. */
  #passString(byte: number): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inString = false;
    return !this.#inString;
  }

  #keep(piece: Buffer): void {
    this.#itemBytes += piece.length;
    if (this.#itemBytes > MAX_ITEM_BYTES) throw new MalformedAnswer(`an object of more than ${MAX_ITEM_BYTES} bytes`);
    this.#item.push(piece);
  }

  #takeItem(): RawObject {
    const whole = this.#item.length === 1 ? this.#item[0]! : Buffer.concat(this.#item);
    this.#item = [];
    this.#itemBytes = 0;
    return parse(whole);
  }
}

function parse(bytes: Buffer): RawObject {
  try {
    return record(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new MalformedAnswer('JSON that is none', { cause });
  }
}
