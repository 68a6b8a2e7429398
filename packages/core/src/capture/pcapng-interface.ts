/** What a packet block needs to know of its interface (pcapng section 4.2). */
export interface CaptureInterface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly unitsPerMs: number;
  readonly offsetMs: number;
}

const END_OF_OPTIONS = 0;
const TIME_RESOLUTION = 9;
const TIME_OFFSET = 14;

/** Reads the body of an interface description block, `at` being its link type and `end` the end of its options. */
export function readInterface(view: DataView, at: number, end: number, little: boolean): CaptureInterface {
  let unitsPerMs = 1e3;
  let offsetMs = 0;
  for (let option = at + 8; option + 4 <= end; ) {
    const code = view.getUint16(option, little);
    const length = view.getUint16(option + 2, little);
    const value = option + 4;
    if (code === END_OF_OPTIONS || value + length > end) break;
    if (code === TIME_RESOLUTION && length >= 1) unitsPerMs = resolution(view.getUint8(value));
    if (code === TIME_OFFSET && length >= 8) {
      offsetMs =
        (view.getInt32(value + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(value + (little ? 0 : 4), little)) *
        1000;
    }
    option = value + Math.ceil(length / 4) * 4;
  }
  return { linkType: view.getUint16(at, little), snapLength: view.getUint32(at + 4, little), unitsPerMs, offsetMs };
}

/** The most significant bit tells powers of two from powers of ten; the rest is the negative exponent of a second. */
function resolution(value: number): number {
  const base = (value & 0x80) === 0 ? 10 : 2;
  return base ** (value & 0x7f) / 1000;
}
