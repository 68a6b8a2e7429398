import { NetGuardError } from '@netguard/core';
import type { AddressPlan } from './address-plan.ts';
import { type Place, runIn } from './command.ts';

/**
 * The lab's network: a router namespace with two bridges, `pods0` and `world0`, and for each member a namespace with an
 * `eth0` whose other end is a port of one of them. The pairs are made from within the router, so the host's own namespace
 * never has an interface, an address or a route of the lab.
 */
export interface MemberLink {
  /** Name of its namespace below /run/netns. */
  readonly netns: string;
  readonly bridge: 'pods0' | 'world0';
  /** Name of the router's end. */
  readonly port: string;
  readonly ip: string;
  /** Further IPv4 addresses on the same interface. */
  readonly moreIps: readonly string[];
  readonly ip6: string | undefined;
  readonly gateway: string;
  readonly gateway6: string;
}

export const netnsDirectory = '/run/netns';

/**
 * What both kinds of namespace need: a flood with spoofed sources must pass (no reverse path filter), and no interface
 * speaks by itself (no router solicitations, no duplicate address detection) when IPv6 is off.
 */
const quiet = [
  'put() { if [ -e "/proc/sys/net/$1" ]; then echo "$2" >"/proc/sys/net/$1"; fi; }',
  'put ipv4/conf/all/rp_filter 0; put ipv4/conf/default/rp_filter 0',
  'put ipv6/conf/default/accept_dad 0; put ipv6/conf/default/accept_ra 0',
];

/** Makes the router, its namespace included. */
export async function makeRouter(setup: Place, netns: string, plan: AddressPlan, ipv6: boolean): Promise<void> {
  await ipBatch(setup, [`netns add ${netns}`]);
  const sysctls = [
    ...quiet,
    'put ipv4/ip_forward 1; put ipv4/conf/all/send_redirects 0',
    ipv6 ? 'put ipv6/conf/all/forwarding 1' : 'put ipv6/conf/default/disable_ipv6 1',
  ];
  await configure({ ...setup, netnsPath: `${netnsDirectory}/${netns}` }, sysctls, [
    'link set lo up',
    'link add pods0 type bridge forward_delay 0 mcast_snooping 0',
    'link add world0 type bridge forward_delay 0 mcast_snooping 0',
    'link set pods0 up',
    'link set world0 up',
    `addr add ${plan.pod(1)}/24 dev pods0`,
    `addr add ${plan.outside(1)}/24 dev world0`,
    // Answers to spoofed sources vanish here without an ICMP error, which would end the half-open handshake they are for.
    'route add blackhole default',
    ...(ipv6
      ? [
          `addr add ${plan.pod6(1)}/64 dev pods0 nodad`,
          `addr add ${plan.outside6(1)}/64 dev world0 nodad`,
          'route add blackhole ::/0',
        ]
      : []),
  ]);
}

/** Makes the members' namespaces and links them to the router, all at once. */
export async function makeMembers(setup: Place, router: string, members: readonly MemberLink[]): Promise<void> {
  await ipBatch(
    setup,
    members.map(({ netns }) => `netns add ${netns}`),
  );
  // Before eth0 comes, since it takes the defaults.
  await Promise.all(
    members.map(({ netns, ip6 }) => {
      const off = ip6 === undefined ? ['put ipv6/conf/default/disable_ipv6 1'] : [];
      return configure({ ...setup, netnsPath: `${netnsDirectory}/${netns}` }, [...quiet, ...off], ['link set lo up']);
    }),
  );
  await configure(
    { ...setup, netnsPath: `${netnsDirectory}/${router}` },
    [],
    members.flatMap(({ netns, bridge, port }) => [
      `link add ${port} type veth peer name eth0 netns ${netns}`,
      `link set ${port} master ${bridge} up`,
    ]),
  );
  await Promise.all(
    members.map(({ netns, ip, moreIps, ip6, gateway, gateway6 }) =>
      configure(
        { ...setup, netnsPath: `${netnsDirectory}/${netns}` },
        [],
        [
          ...[ip, ...moreIps].map((each) => `addr add ${each}/24 dev eth0`),
          ...(ip6 === undefined ? [] : [`addr add ${ip6}/64 dev eth0 nodad`]),
          'link set eth0 up',
          // Without a way back every spoofed SYN would die at the listener before it is counted.
          `route add default via ${gateway}`,
          ...(ip6 === undefined ? [] : [`route add default via ${gateway6}`]),
        ],
      ),
    ),
  );
}

/** Removes one member's namespace, and with it its link. */
export async function removeMember(setup: Place, netns: string): Promise<void> {
  await ipBatch(setup, [`netns del ${netns}`]);
}

async function ipBatch(place: Place, lines: readonly string[]): Promise<void> {
  await configure(place, [], lines);
}

/** Sets kernel settings, then runs the lines through one `ip`, as the place's network namespace sees them. */
async function configure(place: Place, sysctls: readonly string[], ipLines: readonly string[]): Promise<void> {
  const script = [...sysctls, 'exec ip -batch -'].join('\n');
  const { code, stderr } = await runIn(place, '/bin/sh', ['-ec', script], { input: `${ipLines.join('\n')}\n` });
  if (code === 0) return;
  throw new NetGuardError('NG_ERR_LAB_NETWORK', 'setting up the network of a fake cluster', {
    cause: stderr.trim().split('\n')[0] || `ip ended with status ${code}`,
    hint: 'The kernel needs network namespaces, veth and bridge (CONFIG_NET_NS, CONFIG_VETH, CONFIG_BRIDGE), and CAP_NET_ADMIN and CAP_SYS_ADMIN must be allowed.',
    detail: `${stderr}\n${ipLines.join('\n')}`,
  });
}
