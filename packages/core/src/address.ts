/**
 * Addresses as text and as bytes. IPv4 is held v4-mapped (::ffff:a.b.c.d) in 16 network-order bytes, as the kernel
 * programs write it, and printed as a dotted quad; IPv6 is printed as RFC 5952 says.
 */
export type AddressScope = 'loopback' | 'private' | 'link-local' | 'multicast' | 'unspecified' | 'world';

/** Direct-mapped: an address meets one slot, so a flood of spoofed sources overwrites slots and never grows anything. */
const CACHE_SLOTS = 8192;
const cacheWords = new Int32Array(CACHE_SLOTS * 4);
const cacheText: (string | undefined)[] = new Array(CACHE_SLOTS).fill(undefined);

/** The canonical text of the 16 network-order bytes at `offset`; the same string object for an address still cached. */
export function formatAddress(bytes: Uint8Array, offset: number): string {
  const a = wordAt(bytes, offset);
  const b = wordAt(bytes, offset + 4);
  const c = wordAt(bytes, offset + 8);
  const d = wordAt(bytes, offset + 12);
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  hash ^= hash >>> 15;
  const slot = hash & (CACHE_SLOTS - 1);
  const at = slot * 4;
  const cached = cacheText[slot];
  if (
    cached !== undefined &&
    cacheWords[at] === a &&
    cacheWords[at + 1] === b &&
    cacheWords[at + 2] === c &&
    cacheWords[at + 3] === d
  ) {
    return cached;
  }
  const text = a === 0 && b === 0 && c === 0xffff ? dottedQuad(d) : formatIPv6([a, b, c, d]);
  cacheWords[at] = a;
  cacheWords[at + 1] = b;
  cacheWords[at + 2] = c;
  cacheWords[at + 3] = d;
  cacheText[slot] = text;
  return text;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function dottedQuad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups becomes `::`. */
function formatIPv6(words: readonly number[]): string {
  const groups: number[] = [];
  for (const word of words) groups.push((word >>> 16) & 0xffff, word & 0xffff);
  let runStart = -1;
  let runLength = 1;
  for (let start = 0; start < 8; ) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > runLength) {
      runStart = start;
      runLength = end - start;
    }
    start = Math.max(end, start + 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (runStart < 0) return hex.join(':');
  return `${hex.slice(0, runStart).join(':')}::${hex.slice(runStart + runLength).join(':')}`;
}

/** The 16 network-order bytes of an address (IPv4 becomes v4-mapped); undefined when `text` is not one, or has a zone. */
export function parseAddress(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  if (!text.includes(':')) {
    const word = parseIPv4(text);
    if (word < 0) return undefined;
    bytes[10] = 255;
    bytes[11] = 255;
    writeWord(bytes, 12, word);
    return bytes;
  }
  return parseIPv6(text, bytes) ? bytes : undefined;
}

/** The 32 bits of a dotted quad as a number, or -1. Octets with leading zeros are refused: some read them as octal. */
export function parseIPv4(text: string): number {
  let word = 0;
  let octet = -1;
  let octets = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 46;
    if (code === 46) {
      if (octet < 0 || octets === 4) return -1;
      word = word * 256 + octet;
      octets++;
      octet = -1;
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return -1;
      octet = octet < 0 ? code - 48 : octet * 10 + code - 48;
      if (octet > 255) return -1;
    } else {
      return -1;
    }
  }
  return octets === 4 ? word : -1;
}

function parseIPv6(text: string, bytes: Uint8Array): boolean {
  const gap = text.indexOf('::');
  if (gap !== text.lastIndexOf('::')) return false;
  const head = parseGroups(gap < 0 ? text : text.slice(0, gap));
  const tail = gap < 0 ? [] : parseGroups(text.slice(gap + 2));
  if (head === undefined || tail === undefined) return false;
  const used = head.length + tail.length;
  if (gap < 0 ? used !== 8 : used > 7) return false;
  // An embedded dotted quad may only stand at the very end.
  if (gap >= 0 && text.slice(0, gap).includes('.')) return false;
  for (const [index, group] of head.entries()) writeGroup(bytes, index, group);
  for (const [index, group] of tail.entries()) writeGroup(bytes, 8 - tail.length + index, group);
  return true;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const word = parseIPv4(part);
      if (word < 0 || index !== parts.length - 1) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function writeGroup(bytes: Uint8Array, index: number, group: number): void {
  bytes[index * 2] = group >>> 8;
  bytes[index * 2 + 1] = group & 255;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = (word >>> 16) & 255;
  bytes[at + 2] = (word >>> 8) & 255;
  bytes[at + 3] = word & 255;
}

/**
 * How far an address reaches. `private` is RFC 1918, CGNAT (RFC 6598), benchmarking (RFC 2544) and ULA (RFC 4193);
 * the limited broadcast is `link-local`. Text that is no address is `world`: nothing is assumed about it.
 */
export function addressScope(ip: string): AddressScope {
  const word = parseIPv4(ip);
  if (word >= 0) return scopeIPv4(word);
  const bytes = parseAddress(ip);
  if (bytes === undefined) return 'world';
  return scopeBytes(bytes);
}

function scopeIPv4(word: number): AddressScope {
  const first = Math.floor(word / 0x1000000);
  const firstTwo = Math.floor(word / 0x10000);
  if (first === 127) return 'loopback';
  if (first === 0) return 'unspecified';
  if (first === 10 || firstTwo === 0xc0a8 || (firstTwo & 0xfff0) === 0xac10) return 'private';
  if ((firstTwo & 0xffc0) === 0x6440 || (firstTwo & 0xfffe) === 0xc612) return 'private';
  if (firstTwo === 0xa9fe || word === 0xffffffff) return 'link-local';
  return first >= 224 && first < 240 ? 'multicast' : 'world';
}

function scopeBytes(bytes: Uint8Array): AddressScope {
  const a = wordAt(bytes, 0);
  const b = wordAt(bytes, 4);
  const c = wordAt(bytes, 8);
  const d = wordAt(bytes, 12);
  if (a === 0 && b === 0) {
    if (c === 0xffff) return scopeIPv4(d >>> 0);
    if (c === 0 && d === 0) return 'unspecified';
    if (c === 0 && d === 1) return 'loopback';
  }
  const first = bytes[0]!;
  if (first === 0xff) return 'multicast';
  if ((first & 0xfe) === 0xfc) return 'private';
  if (first === 0xfe)
    return (bytes[1]! & 0xc0) === 0x80 ? 'link-local' : (bytes[1]! & 0xc0) === 0xc0 ? 'private' : 'world';
  return 'world';
}

/** True for 127.0.0.0/8 and ::1, without parsing: for the per-record path. */
export function isLoopbackAddress(ip: string): boolean {
  return (ip.charCodeAt(0) === 49 && ip.startsWith('127.')) || ip === '::1';
}

/**
 * True when a conversation never leaves its network namespace: an end is a loopback address (a mesh's redirect to
 * 127.0.0.1 included), or both ends are the same address.
 */
export function isLoopbackPair(local: string, remote: string): boolean {
  return local === remote || isLoopbackAddress(local) || isLoopbackAddress(remote);
}
