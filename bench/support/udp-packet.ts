/** An Ethernet frame with an IPv4 UDP datagram of so many payload bytes, for PROG_TEST_RUN. Checksums are 0. */
export function udpPacket(payloadBytes: number): Uint8Array {
  const bytes = new Uint8Array(14 + 20 + 8 + payloadBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(16, 28 + payloadBytes);
  view.setUint8(22, 64);
  view.setUint8(23, 17);
  bytes.set([10, 244, 0, 2], 26);
  bytes.set([10, 244, 0, 3], 30);
  view.setUint16(34, 40_000);
  view.setUint16(36, 53);
  view.setUint16(38, 8 + payloadBytes);
  return bytes;
}
