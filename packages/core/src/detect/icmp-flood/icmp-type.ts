/** What a type of ICMP or ICMPv6 is for. */
export type IcmpClass = 'request' | 'reply' | 'error' | 'discovery' | 'other';

/** By the type number; the two protocols share a name here and are told apart by the address. */
export function icmpClass(type: number, isV6: boolean): IcmpClass {
  return (isV6 ? V6 : V4)[type] ?? 'other';
}

/** RFC 792, 1122. Timestamp and mask queries are asked and answered as echoes are. */
const V4: Readonly<Record<number, IcmpClass>> = {
  0: 'reply',
  8: 'request',
  13: 'request',
  14: 'reply',
  17: 'request',
  18: 'reply',
  3: 'error',
  4: 'error',
  5: 'error',
  11: 'error',
  12: 'error',
  9: 'discovery',
  10: 'discovery',
};

/** RFC 4443, 4861, 3810. */
const V6: Readonly<Record<number, IcmpClass>> = {
  128: 'request',
  129: 'reply',
  1: 'error',
  2: 'error',
  3: 'error',
  4: 'error',
  130: 'discovery',
  131: 'discovery',
  132: 'discovery',
  133: 'discovery',
  134: 'discovery',
  135: 'discovery',
  136: 'discovery',
  137: 'discovery',
  143: 'discovery',
};
