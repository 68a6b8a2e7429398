import { randomInt } from 'node:crypto';

/** How a lab's addresses are given out. Member 1 of each network is the router. */
export interface AddressPlan {
  /** The pods' network in slash notation, such as `10.200.7.0/24`. */
  readonly podNetwork: string;
  readonly podNetwork6: string;
  pod(index: number): string;
  pod6(index: number): string;
  outside(index: number): string;
  outside6(index: number): string;
}

/** Pods a lab has room for: a /24 without network, router and broadcast. */
export const maxMembers = 253;

/**
 * Pods live in a /24 of 10.192.0.0/10 that no running lab has. An overlap would be harmless to the kernel, since each lab
 * has a router of its own, but two pods with one address would confuse whoever watches the whole host.
 * Outside hosts live in the networks reserved for documentation (RFC 5737, RFC 3849), which count as `world`.
 */
export function newAddressPlan(taken: readonly string[]): AddressPlan {
  for (;;) {
    const [high, low] = [randomInt(192, 256), randomInt(256)];
    const podNetwork = `10.${high}.${low}.0/24`;
    if (taken.includes(podNetwork)) continue;
    const prefix6 = `fd6e:6700:${((high << 8) | low).toString(16)}`;
    return {
      podNetwork,
      podNetwork6: `${prefix6}::/64`,
      pod: (index) => `10.${high}.${low}.${index}`,
      pod6: (index) => `${prefix6}::${index.toString(16)}`,
      outside: (index) => `203.0.113.${index}`,
      outside6: (index) => `2001:db8:6e67::${index.toString(16)}`,
    };
  }
}
