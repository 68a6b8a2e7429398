import type { ParameterTable, ParameterValues } from '../detector.ts';

export const synFloodParameters = {
  listenerSynsPerWindow: {
    default: 200,
    unit: 'SYN',
    minimum: 10,
    maximum: 10_000_000,
    description:
      'First SYNs at one listener within windowMs, above which their completion is judged. The kernel raises its event here.',
    source:
      'NetObserv alerts on SYN-only flows above 300/s for 15 s a workload. Lower here, as a rate alone never alerts: handshakes must fail too.',
  },
  sourceSynsPerWindow: {
    default: 160,
    unit: 'SYN',
    minimum: 10,
    maximum: 10_000_000,
    description: 'First SYNs of one source to one listener within windowMs, above which that source is judged.',
    source: 'NeuVector dpi_meter.c: 800 from one source in a span of 5 s.',
  },
  windowMs: {
    default: 1000,
    unit: 'ms',
    minimum: 100,
    maximum: 10_000,
    description: 'Time over which SYNs are counted, in the kernel and here.',
    source:
      'NeuVector spans 5 s, the CUSUM of arXiv 1212.5129 0.5 s windows; one second bounds the delay of the kernel event.',
  },
  handshakeGraceMs: {
    default: 150,
    unit: 'ms',
    minimum: 10,
    maximum: 900,
    description: 'Time that the SYNs of a window get to complete before they count as failed.',
    source:
      'Covers most round trips between continents, leaves 100 ms of the 250 ms in which an alert is due, and is below the first SYN-ACK retransmission at 1 s (RFC 6298).',
  },
  completionRatio: {
    default: 0.5,
    unit: 'share',
    minimum: 0.05,
    maximum: 0.95,
    description: 'Completed handshakes per first SYN, below which SYNs over the floor are a flood.',
    source: 'Our choice: a flash crowd completes nearly all, a flood nearly none; the middle is furthest from both.',
  },
  halfOpenShare: {
    default: 0.75,
    unit: 'share of the backlog',
    minimum: 0.1,
    maximum: 1,
    description:
      'Half-open requests older than the grace, as a share of the backlog, above which SYNs over the floor are a flood.',
    source:
      'Linux tcp_conn_request(): without SYN cookies it drops requests of unproven peers when a quarter of the queue is left.',
  },
  halfOpenCompletionRatio: {
    default: 0.9,
    unit: 'share',
    minimum: 0.1,
    maximum: 1,
    description:
      'The half-open test applies below this completion: a queue full of slow but completing clients is no flood.',
    source:
      'Our choice. On Linux 6.18, 200 of 200 real clients completed even under SYN cookies, so one in ten failing is abnormal.',
  },
  offRatio: {
    default: 0.75,
    unit: 'share of the threshold',
    minimum: 0.1,
    maximum: 1,
    description: 'Hysteresis: a flood goes on until it is below this share of the threshold that opened it.',
    source: 'NeuVector dpi_meter.c: on at 800, off below 600.',
  },
  queueFullMs: {
    default: 3000,
    unit: 'ms',
    minimum: 1000,
    maximum: 60_000,
    description:
      'Time that SYNs must meet a full accept queue before missing retransmissions tell a flood from a slow application.',
    source: 'RFC 6298: a client retransmits its SYN after 1 s and again 2 s later, so within 3 s every real one has.',
  },
  retransmitShare: {
    default: 0.1,
    unit: 'share',
    minimum: 0.01,
    maximum: 1,
    description:
      'SYN retransmissions per SYN turned away at a full accept queue, below which the sources look invented.',
    source:
      'Our choice: by RFC 6298 a real client that was turned away retransmits once to twice in 3 s, an invented one never.',
  },
  criticalFactor: {
    default: 10,
    unit: 'times the floor',
    minimum: 2,
    maximum: 1000,
    description: 'Rate at which a flood is critical. It also is when half-open requests reach the backlog.',
    source:
      'Our choice: one power of ten. psad (5, 15, 150, 1500, 10000 packets) steps its upper danger levels about as wide.',
  },
  closedSources: {
    default: 100,
    unit: 'sources',
    minimum: 2,
    maximum: 1_000_000,
    description:
      'Distinct sources that make SYNs at closed ports, few of each, a spoofed flood and not a scan with decoys.',
    source: 'nmap allows 128 decoys, of which few are used; hping3 --rand-source makes a new one a packet.',
  },
  synsPerPort: {
    default: 12,
    unit: 'SYN a port',
    minimum: 2,
    maximum: 10_000,
    description: 'SYNs for each port tried, from which on one source floods and does not scan.',
    source: 'nmap sends a probe at most 11 times (--max-retries 10); masscan and zmap send it once or twice.',
  },
  insideFactor: {
    default: 10,
    unit: 'times the floor',
    minimum: 1,
    maximum: 1000,
    description:
      'A source inside may send so many more SYNs to a closed port: clients of a dead service that try again.',
    source: 'bro-simple-scan: 250 for local sources where 25 hold for remote ones.',
  },
  rawPackets: {
    default: 262_144,
    unit: 'packets',
    minimum: 1000,
    maximum: 1_000_000_000,
    description: 'TCP packets of a raw socket to one target within 5 minutes, above which the sender floods it.',
    source: 'Four times all 65,536 ports: a full scan with three retries.',
  },
  knownSourceMs: {
    default: 300_000,
    unit: 'ms',
    minimum: 10_000,
    maximum: 3_600_000,
    description: 'A source that completed a handshake within this time is no invention.',
    source:
      'Our choice: longer than the keep-alive of common HTTP clients, so a regular client has reconnected within it.',
  },
} as const satisfies ParameterTable;

export type SynFloodParameters = ParameterValues<typeof synFloodParameters>;
