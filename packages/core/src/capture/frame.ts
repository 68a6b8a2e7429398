/**
 * One frame of a capture. The reader hands out the same object each time; it and the bytes it points into hold only until
 * the reader is asked again.
 */
export class Frame {
  /** Epoch milliseconds, as precise as the capture (a double resolves a quarter of a microsecond today). */
  timeMs = 0;
  /** LINKTYPE_* of www.tcpdump.org/linktypes.html. */
  linkType = 0;
  /** The captured part is `bytes[start..end)`. */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** Length on the wire: more than was captured where a snap length cut it. */
  originalLength = 0;
}

const EMPTY = new Uint8Array(0);
