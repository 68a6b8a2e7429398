import type { ParameterTable, ParameterValues } from '../detector.ts';

export const udpFloodParameters = {
  outsidePacketsPerSecond: {
    default: 2000,
    unit: 'packets/s',
    minimum: 50,
    maximum: 100_000_000,
    description:
      'Unanswered datagrams a second to one workload from outside the cluster, above which they are a flood.',
    source:
      'FastNetMon bans a host at 20,000 packets/s of any kind; a tenth of it for a pod, as answered and solicited packets do not count here.',
  },
  insidePacketsPerSecond: {
    default: 10_000,
    unit: 'packets/s',
    minimum: 50,
    maximum: 100_000_000,
    description:
      'The same for one source inside the cluster or a private network, and for what one of our workloads sends.',
    source:
      'FastNetMon: 20,000 packets/s a host. Higher than outside, as bro-simple-scan holds local sources to ten times more.',
  },
  insideTotalFactor: {
    default: 10,
    unit: 'times the inside floor',
    minimum: 1,
    maximum: 1000,
    description: 'All inside sources together are a flood above this: many pods that each send little are telemetry.',
    source: 'bro-simple-scan: 250 for local sources where 25 hold for remote ones.',
  },
  declaredPortFactor: {
    default: 3,
    unit: 'times the floor',
    minimum: 1,
    maximum: 1000,
    description:
      'Inside sources may send so much more to a port that the target declares or served in the last 10 minutes.',
    source: 'Our choice: statsd, syslog and trace collectors take tens of thousands of unanswered datagrams a second.',
  },
  consentFactor: {
    default: 10,
    unit: 'times the floor',
    minimum: 1,
    maximum: 1000,
    description: 'Sources that the target has answered lately may send so much more (media, tunnels, iperf3 -u).',
    source: 'kubernetes-rules: what vouches for traffic raises thresholds tenfold, and never switches a detector off.',
  },
  answerWeight: {
    default: 20,
    unit: 'datagrams',
    minimum: 1,
    maximum: 1000,
    description: 'Datagrams received that one sent in the same conversation vouches for.',
    source:
      'Our choice: QUIC acknowledges every second packet (RFC 9000, 13.2.2), receivers of media report every 20 to 100.',
  },
  closedPacketsPerSecond: {
    default: 1000,
    unit: 'packets/s',
    minimum: 50,
    maximum: 100_000_000,
    description: 'Datagrams a second from outside to ports where nobody listens; ten times more from inside.',
    source: 'Half of the outside floor: nothing legitimate goes on sending there.',
  },
  closedSources: {
    default: 100,
    unit: 'sources',
    minimum: 2,
    maximum: 1_000_000,
    description: 'Distinct sources that make light traffic to closed ports a spoofed flood and not a scan with decoys.',
    source: 'nmap allows 128 decoys, of which few are used; hping3 --rand-source makes a new one a packet.',
  },
  dhcpRequestsPerSecond: {
    default: 25,
    unit: 'requests/s',
    minimum: 5,
    maximum: 100_000,
    description:
      'DHCP requests of clients (port 68 to 67) a second over 4 s on this host, to all servers: address starvation.',
    source:
      'Cisco IOS: 15 packets/s a port by default for ARP inspection, at most 100 DHCP packets/s recommended for an untrusted port.',
  },
  learnedFactor: {
    default: 3,
    unit: 'times the largest',
    minimum: 1,
    maximum: 100,
    description: 'A workload that has been learned may have so many times the most unanswered datagrams it ever had.',
    source: 'kubernetes-rules: above 3 × the largest of the last runs.',
  },
  offRatio: {
    default: 0.75,
    unit: 'share of the threshold',
    minimum: 0.1,
    maximum: 1,
    description: 'Hysteresis: a flood goes on until it is below this share of the threshold that opened it.',
    source: 'NeuVector dpi_meter.c: on at 800, off below 600.',
  },
  criticalFactor: {
    default: 50,
    unit: 'times the threshold',
    minimum: 2,
    maximum: 10_000,
    description: 'Rate at which a flood is critical. It also is when the target’s receive buffer overflows.',
    source: 'Our choice: 100,000 packets/s, five times the rate at which FastNetMon bans a whole host.',
  },
} as const satisfies ParameterTable;

export type UdpFloodParameters = ParameterValues<typeof udpFloodParameters>;
