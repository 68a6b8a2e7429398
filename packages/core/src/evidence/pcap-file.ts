/** The classic pcap format (draft-ietf-opsawg-pcap), little-endian, microseconds, link type RAW: IPv4 and IPv6 without a link layer. */
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
const MAGIC = 0xa1b2c3d4;
const LINKTYPE_RAW = 101;
const SNAP_LENGTH = 65_535;

export interface PcapPacket {
  /** Epoch milliseconds, fractions allowed. */
  readonly timeMs: number;
  /** An IP packet from its first byte. */
  readonly bytes: Uint8Array;
  /** Its length on the wire, where `bytes` holds less. */
  readonly originalLength?: number;
}

/** A whole pcap file with the packets in the order given. */
export function writePcap(packets: readonly PcapPacket[]): Uint8Array {
  const total = packets.reduce((sum, { bytes }) => sum + RECORD_BYTES + bytes.length, HEADER_BYTES);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  let at = HEADER_BYTES;
  for (const { timeMs, bytes, originalLength = bytes.length } of packets) {
    const micros = Math.max(0, Math.round(timeMs * 1000));
    view.setUint32(at, Math.floor(micros / 1e6), true);
    view.setUint32(at + 4, micros % 1e6, true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, originalLength, true);
    file.set(bytes, at + RECORD_BYTES);
    at += RECORD_BYTES + bytes.length;
  }
  return file;
}
