import { type Endpoint, workloadKey } from '../endpoint.ts';

/**
 * FNV-1a, 64 bits, as 16 hex digits, over the UTF-16 code units' two bytes. Not cryptographic: it names an alert, and
 * 50 open alerts of a rule are far from 2^32 of them.
 */
export function fnv1a64(text: string): string {
  // The prime 2^40 + 0x1b3, multiplied in four 16-bit limbs, least significant first.
  let a = 0x2325;
  let b = 0x8422;
  let c = 0x9ce4;
  let d = 0xcbf2;
  for (let index = 0; index < text.length * 2; index++) {
    const unit = text.charCodeAt(index >>> 1);
    a ^= (index & 1) === 0 ? unit & 255 : unit >>> 8;
    const a1 = a * 0x1b3;
    const b1 = b * 0x1b3 + (a1 >>> 16);
    const c1 = c * 0x1b3 + (b1 >>> 16) + ((a << 8) & 0xffffff);
    const d1 = d * 0x1b3 + (c1 >>> 16) + ((b << 8) & 0xffffff);
    a = a1 & 0xffff;
    b = b1 & 0xffff;
    c = c1 & 0xffff;
    d = d1 & 0xffff;
  }
  return hex16(d) + hex16(c) + hex16(b) + hex16(a);
}

function hex16(value: number): string {
  return value.toString(16).padStart(4, '0');
}

/**
 * One cause, one name: hash(cluster, rule, source workload or address, target workload or address). No node, no pod and
 * no port, so a cause seen from two nodes or on two pods of a workload is one alert. `cause` is a finding's own.
 */
export function fingerprintOf(
  cluster: string,
  rule: string,
  source: Endpoint | null,
  target: Endpoint | null,
  cause?: string,
): string {
  const ends = [source ? workloadKey(source) : '-', target ? targetKey(target) : '-'];
  return fnv1a64([cluster, rule, ...ends, ...(cause === undefined ? [] : [cause])].join('\n'));
}

/** A bare process is no workload: many services share the name of their interpreter, so address and port tell them apart. */
function targetKey(target: Endpoint): string {
  return target.kind === 'process' && !target.workload && !target.pod
    ? `${workloadKey(target)}@${target.ip}:${target.port ?? 0}`
    : workloadKey(target);
}
