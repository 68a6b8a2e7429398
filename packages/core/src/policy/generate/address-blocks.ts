/** Addresses outside, as few ranges as a policy can carry. */
import { formatAddress, parseAddress } from '../../address.ts';
import { Cidr } from '../../cidr.ts';
import type { IpBlock } from '../policies.ts';

export interface BlockLimits {
  /** Ranges of one rule before they are widened. */
  readonly maxBlocks: number;
  /** Prefix of IPv4 addresses to begin with; IPv6 begins at /128, or at /64 when this is less than 32. */
  readonly prefix: number;
}

export interface AddressBlocks {
  readonly blocks: readonly IpBlock[];
  /** Why they are wider than what was seen. */
  readonly note?: string;
}

/** Never the internet, and never what "anywhere" means. */
const INSIDE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  'fc00::/7',
  'fe80::/10',
].map((text) => Cidr.parse(text) as Cidr);

/** Ranges that hold all of `cidrs`, each family at most `maxBlocks`. `isWorld`: they are on the internet, not in some network inside. */
export function addressBlocks(cidrs: readonly string[], isWorld: boolean, limits: BlockLimits): AddressBlocks {
  const parsed = cidrs.flatMap((text) => Cidr.parse(text) ?? []);
  const notes = new Set<string>();
  const blocks = ([4, 6] as const).flatMap((family) => {
    const seen = parsed.filter((cidr) => cidr.family === family);
    return seen.length === 0 ? [] : widened(seen, family, isWorld, limits, notes);
  });
  const [note] = notes;
  return { blocks, ...(note === undefined ? undefined : { note: [...notes].join('; ') }) };
}

/** The anywhere of a family: the internet, without what is inside. */
export function internet(family: 4 | 6): IpBlock {
  const except = INSIDE.filter((cidr) => cidr.family === family).map(({ text }) => text);
  return { cidr: family === 4 ? '0.0.0.0/0' : '::/0', except };
}

function widened(
  seen: readonly Cidr[],
  family: 4 | 6,
  isWorld: boolean,
  { maxBlocks, prefix }: BlockLimits,
  notes: Set<string>,
): IpBlock[] {
  const isAnywhere = seen.some((cidr) => cidr.prefix === 0);
  const first = family === 4 ? prefix : prefix < 32 ? 64 : 128;
  const steps = [first, ...(family === 4 ? [24, 16] : [48, 32])].filter((step) => step <= first);
  for (const step of isAnywhere ? [] : steps) {
    const ranges = distinct(seen.map((cidr) => masked(cidr, Math.min(step, cidr.prefix))));
    if (ranges.length > maxBlocks) continue;
    if (step !== first) notes.add(`${seen.length} addresses were seen, more than ${maxBlocks}: widened to /${step}`);
    return ranges.map((cidr) => ({ cidr, except: [] }));
  }
  notes.add(isAnywhere ? 'more addresses than are kept apart' : `${seen.length} addresses in many networks were seen`);
  if (isWorld) return [internet(family)];
  const inside = INSIDE.filter(
    (cidr) => cidr.family === family && (isAnywhere || seen.some((one) => holds(cidr, one))),
  );
  /* A cluster may use addresses of the internet inside. */
  const last = steps.at(-1) ?? first;
  const rest = seen.filter((one) => one.prefix > 0 && !inside.some((cidr) => holds(cidr, one)));
  const texts = [...inside.map(({ text }) => text), ...rest.map((one) => masked(one, Math.min(last, one.prefix)))];
  return distinct(texts).map((cidr) => ({ cidr, except: [] }));
}

function holds(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && outer.contains(inner.text.split('/')[0] ?? '');
}

/** Without those that another one holds, in order of address. */
function distinct(texts: readonly string[]): string[] {
  const cidrs = [...new Set(texts)].map((text) => Cidr.parse(text) as Cidr);
  return cidrs
    .filter((cidr) => !cidrs.some((other) => other !== cidr && holds(other, cidr)))
    .sort((a, b) => compareBytes(bytesOf(a), bytesOf(b)))
    .map(({ text }) => text);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function bytesOf({ text }: Cidr): Uint8Array {
  return parseAddress(text.split('/')[0] ?? '') ?? new Uint8Array(16);
}

function masked(cidr: Cidr, prefix: number): string {
  const bytes = Uint8Array.from(bytesOf(cidr));
  const bits = cidr.family === 4 ? prefix + 96 : prefix;
  for (let index = 0; index < 16; index++) {
    const kept = Math.min(8, Math.max(0, bits - index * 8));
    bytes[index] = (bytes[index] ?? 0) & (0xff << (8 - kept)) & 0xff;
  }
  return `${formatAddress(bytes, 0)}/${prefix}`;
}
