/**
 * FNV-1a over the UTF-16 code units, then murmur3's finaliser, as FNV alone leaves the high bits of short keys alike.
 * @param length how much of the key counts.
 */
export function hash32(key: string, length = key.length): number {
  let h = 0x811c9dc5;
  for (let index = 0; index < length; index++) h = Math.imul(h ^ key.charCodeAt(index), 0x01000193);
  return mixed(h);
}

/** Two hashes, or a hash and a number, as one: in this order. */
export function joinHash(first: number, second: number): number {
  return mixed(Math.imul(first ^ 0x9e3779b9, 0x9e3779b1) ^ second);
}

/** murmur3's finaliser: each bit depends on all others. */
function mixed(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
