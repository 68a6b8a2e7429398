const PAYLOAD = 40;

/** An Ethernet frame with an IPv4 packet of 40 bytes of payload; `ports` are those of source and destination. */
export function ipv4Packet(
  protocol: number,
  source: readonly number[] = [10, 244, 0, 2],
  ports: readonly [number, number] = [0, 0],
): Uint8Array {
  const bytes = new Uint8Array(14 + 20 + PAYLOAD);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(16, 20 + PAYLOAD);
  view.setUint8(22, 64);
  view.setUint8(23, protocol);
  bytes.set(source, 26);
  bytes.set([10, 244, 0, 3], 30);
  view.setUint16(34, ports[0]);
  view.setUint16(36, ports[1]);
  return bytes;
}
