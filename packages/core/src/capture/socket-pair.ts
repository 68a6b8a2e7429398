import type { AddressWords } from './packet.ts';

/**
 * Writes the key of a packet's pair of sockets, the same for both directions, into the first nine words of `key`. Returns
 * which end sent it: 0 when the source stands first.
 */
export function pairKey(
  key: Int32Array,
  source: AddressWords,
  target: AddressWords,
  sourcePort: number,
  targetPort: number,
): 0 | 1 {
  const sender = isFirst(source, target, sourcePort, targetPort) ? 0 : 1;
  const first = sender === 0 ? source : target;
  const second = sender === 0 ? target : source;
  key[0] = first[0]!;
  key[1] = first[1]!;
  key[2] = first[2]!;
  key[3] = first[3]!;
  key[4] = second[0]!;
  key[5] = second[1]!;
  key[6] = second[2]!;
  key[7] = second[3]!;
  key[8] = sender === 0 ? (sourcePort << 16) | targetPort : (targetPort << 16) | sourcePort;
  return sender;
}

function isFirst(source: AddressWords, target: AddressWords, sourcePort: number, targetPort: number): boolean {
  for (let index = 0; index < 4; index++) {
    if (source[index] !== target[index]) return source[index]! < target[index]!;
  }
  return sourcePort <= targetPort;
}
