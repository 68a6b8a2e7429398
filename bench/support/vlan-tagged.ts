const HEADER_BYTES = 24;
const RECORD_BYTES = 16;
const MAC_BYTES = 12;
const ETHERNET = 1;
const TAG_BYTES = 4;

/** A pcap (little-endian) of Ethernet with a VLAN tag on every frame, so that its flows are others; of other links as it is. */
export function vlanTagged(pcap: Uint8Array, vlan: number): Uint8Array {
  const source = Buffer.from(pcap.buffer, pcap.byteOffset, pcap.byteLength);
  if (source.length < HEADER_BYTES || source.readUInt32LE(20) !== ETHERNET) return pcap;
  const tag = Buffer.from([0x81, 0x00, vlan >> 8, vlan & 0xff]);
  const parts: Uint8Array[] = [source.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at + RECORD_BYTES <= source.length; ) {
    const captured = source.readUInt32LE(at + 8);
    const frame = source.subarray(at + RECORD_BYTES, at + RECORD_BYTES + captured);
    const head = Buffer.from(source.subarray(at, at + RECORD_BYTES));
    head.writeUInt32LE(captured + TAG_BYTES, 8);
    head.writeUInt32LE(source.readUInt32LE(at + 12) + TAG_BYTES, 12);
    parts.push(head, frame.subarray(0, MAC_BYTES), tag, frame.subarray(MAC_BYTES));
    at += RECORD_BYTES + captured;
  }
  return Buffer.concat(parts);
}
