/** For tests and benchmarks: captures as bytes. */
export interface WrittenFrame {
  readonly timeMs: number;
  readonly bytes: Uint8Array;
  /** On the wire; that of `bytes` unless the frame was cut. */
  readonly originalLength?: number;
}

export interface PcapOptions {
  readonly linkType?: number;
  readonly little?: boolean;
  readonly nanoseconds?: boolean;
  readonly snapLength?: number;
}

/** A whole pcap file. */
export function pcap(frames: readonly WrittenFrame[], options: PcapOptions = {}): Uint8Array {
  return concat([pcapHeader(options), ...frames.map((frame) => pcapRecord(frame, options))]);
}

export function pcapHeader({
  linkType = 1,
  little = true,
  nanoseconds = false,
  snapLength = 262_144,
}: PcapOptions = {}): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, snapLength, little);
  view.setUint32(20, linkType, little);
  return bytes;
}

export function pcapRecord(frame: WrittenFrame, { little = true, nanoseconds = false }: PcapOptions = {}): Uint8Array {
  const { timeMs, bytes } = frame;
  const record = new Uint8Array(16 + bytes.length);
  const view = new DataView(record.buffer);
  const units = Math.round((timeMs % 1000) * (nanoseconds ? 1e6 : 1e3));
  view.setUint32(0, Math.floor(timeMs / 1000), little);
  view.setUint32(4, units, little);
  view.setUint32(8, bytes.length, little);
  view.setUint32(12, frame.originalLength ?? bytes.length, little);
  record.set(bytes, 16);
  return record;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
