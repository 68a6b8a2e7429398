/** Flags of `hubble observe` that NetGuard cannot honour, and why. Each is an error: a filter passed over would lie. */
const PAYLOAD = 'NetGuard does not read what is inside a connection yet';
const PACKET = 'a flow of NetGuard is a whole connection, not a packet';
const CILIUM = 'security identities and policies are known to Cilium only';
const LABELS = 'labels are not part of the flows of NetGuard; --workload and --namespace are';
const NAMES = 'NetGuard does not know by which domain name an address was looked up';

export interface RefusedFlag {
  /** As Commander writes an option. */
  readonly flags: string;
  readonly why: string;
  readonly hint?: string;
}

export const REFUSED_FLAGS: readonly RefusedFlag[] = [
  ...['http-status', 'http-method', 'http-path', 'http-url', 'http-header', 'trace-id'].map((name) => ({
    flags: `--${name} [value]`,
    why: PAYLOAD,
  })),
  ...['fqdn', 'from-fqdn', 'to-fqdn'].map((name) => ({
    flags: `--${name} [value]`,
    why: NAMES,
    hint: 'Filter by address with --ip, --from-ip or --to-ip.',
  })),
  { flags: '-l, --label [value]', why: LABELS },
  { flags: '--from-label [value]', why: LABELS },
  { flags: '--to-label [value]', why: LABELS },
  ...['identity', 'from-identity', 'to-identity', 'drop-reason-desc'].map((name) => ({
    flags: `--${name} [value]`,
    why: CILIUM,
  })),
  {
    flags: '--tcp-flags [value]',
    why: PACKET,
    hint: 'Refused and timed-out connections are --verdict DROPPED, reset ones ERROR.',
  },
  { flags: '--snat-ip [value]', why: 'NetGuard sees sockets, not translated packets' },
  { flags: '--encrypted', why: 'NetGuard cannot see whether packets are encrypted on the wire' },
  { flags: '--unencrypted', why: 'NetGuard cannot see whether packets are encrypted on the wire' },
  { flags: '--interface [value]', why: 'sockets have no interface' },
  { flags: '--allowlist [value]', why: 'raw filters are not supported', hint: 'Write the filter as flags.' },
  { flags: '--denylist [value]', why: 'raw filters are not supported', hint: 'Write the filter as flags after --not.' },
  { flags: '--cel-expression [value]', why: 'filter expressions are not supported' },
  { flags: '--print-raw-filters', why: 'raw filters are not supported' },
  { flags: '--experimental-field-mask [value]', why: 'field masks are not supported' },
  { flags: '--experimental-use-field-masks', why: 'field masks are not supported' },
  { flags: '--cluster [value]', why: 'this process knows its own cluster only' },
  { flags: '--from-cluster [value]', why: 'this process knows its own cluster only' },
  { flags: '--to-cluster [value]', why: 'this process knows its own cluster only' },
  { flags: '--node-label [value]', why: 'node labels are not known here', hint: 'Filter by --node-name.' },
  { flags: '--input-file [value]', why: 'flows are read from a running NetGuard only' },
  {
    flags: '-P, --port-forward',
    why: 'NetGuard does not forward ports',
    hint: 'Run `kubectl port-forward` and give --server.',
  },
  { flags: '--tls', why: 'NetGuard is asked over HTTP', hint: 'Give --server https://host:port.' },
];

/** HUBBLE_* variables that would change what is shown, and cannot be honoured. */
export const REFUSED_VARIABLES = ['HUBBLE_ALLOWLIST', 'HUBBLE_DENYLIST'] as const;
