/** One element of DER (ITU-T X.690): its content is `bytes[start..end)`. */
export interface DerElement {
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** Where its tag stands. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const INTEGER = 0x02;
export const BOOLEAN = 0x01;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;

/**
 * The element at `at`, whole before `end`: tags of one byte, definite lengths of up to four bytes, which is what certificates
 * are made of. Undefined for anything else. It looks at a header only, so a walk is as long as the elements it asks for.
 */
export function readDer(bytes: Uint8Array, at: number, end: number): DerElement | undefined {
  if (at + 2 > end || end > bytes.length) return undefined;
  const tag = bytes[at]!;
  if ((tag & 0x1f) === 0x1f) return undefined;
  const first = bytes[at + 1]!;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || more > 4 || at + 2 + more > end) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let index = 0; index < more; index++) length = length * 256 + bytes[at + 2 + index]!;
  const start = at + 2 + more;
  if (start + length > end) return undefined;
  return { tag, bytes, from: at, start, end: start + length };
}

/** The elements within one, at most `most`; what cannot be read ends them. */
export function* derChildren(parent: DerElement, most: number): Generator<DerElement> {
  let at = parent.start;
  for (let count = 0; count < most && at < parent.end; count++) {
    const child = readDer(parent.bytes, at, parent.end);
    if (child === undefined) return;
    yield child;
    at = child.end;
  }
}

export function contentOf({ bytes, start, end }: DerElement): Uint8Array {
  return bytes.subarray(start, end);
}

/** An object identifier with dots: `2.5.4.3`. Empty for another element. */
export function dottedObject(element: DerElement): string {
  const content = contentOf(element).subarray(0, 64);
  if (element.tag !== OBJECT_IDENTIFIER || content.length === 0) return '';
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = (arc % 2 ** 40) * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (arcs.length > 0) arcs.push(arc);
    else arcs.push(Math.min(Math.floor(arc / 40), 2), arc < 80 ? arc % 40 : arc - 80);
    arc = 0;
  }
  return arcs.join('.');
}
