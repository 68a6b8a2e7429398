import { isIPv4 } from 'node:net';

/** `struct sockaddr_in` or `sockaddr_in6`. Built once an address and port. */
const known = new Map<string, Buffer>();

export function parseAddress(ip: string, port: number): Buffer {
  const id = `${ip} ${port}`;
  let address = known.get(id);
  if (!address) {
    address = isIPv4(ip) ? v4(ip, port) : v6(ip, port);
    if (known.size > 200_000) known.clear();
    known.set(id, address);
  }
  return address;
}

function v4(ip: string, port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(2, 0);
  address.writeUInt16BE(port, 2);
  ip.split('.').forEach((part, i) => {
    address[4 + i] = Number(part);
  });
  return address;
}

function v6(ip: string, port: number): Buffer {
  const address = Buffer.alloc(28);
  address.writeUInt16LE(10, 0);
  address.writeUInt16BE(port, 2);
  ip6Bytes(ip).copy(address, 8);
  return address;
}

/** The 16 bytes of an IPv6 address in any spelling, a dotted tail included. */
export function ip6Bytes(ip: string): Buffer {
  const bytes = Buffer.alloc(16);
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(ip);
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : ip;
  const [head = '', tail] = text.split('::');
  const front = head.split(':').filter(Boolean);
  const back = (tail ?? '').split(':').filter(Boolean);
  front.forEach((group, i) => void bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2));
  back.forEach((group, i) => void bytes.writeUInt16BE(Number.parseInt(group, 16), 16 - (back.length - i) * 2));
  return bytes;
}
