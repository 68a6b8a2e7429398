import type { Registry } from 'prom-client';
import type { NodeState, SinkFigures } from '../state/node-state.ts';
import type { HubbleStatus } from '../worker/messages.ts';
import { registerFamily, type Sample } from './family.ts';
import { labelText } from './label-text.ts';

interface Source {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly collect: (state: NodeState) => Iterable<Sample>;
}

const FAMILIES: readonly Source[] = [
  {
    name: 'netguard_lost_events_total',
    help: 'Events that were not delivered, by where they were lost.',
    type: 'counter',
    collect: (state) => byLabel('source', Object.entries(state.loss.totals())),
  },
  {
    name: 'netguard_payload_samples_total',
    help: 'Packets whose payload was sampled, by what became of the sample.',
    type: 'counter',
    collect: (state) => byLabel('outcome', Object.entries(state.tick?.payload ?? {})),
  },
  {
    name: 'netguard_evidence_bytes',
    help: 'Samples of payload that are kept for alerts, on disk.',
    type: 'gauge',
    collect: ({ evidence }) => (evidence === undefined ? [] : [{ labels: {}, value: evidence.figures().bytes }]),
  },
  {
    name: 'netguard_evidence_dropped_total',
    help: 'Samples that were kept for alerts and are not any more, or could not be, by why.',
    type: 'counter',
    collect: ({ evidence }) =>
      evidence === undefined ? [] : byLabel('reason', Object.entries(evidence.figures().dropped)),
  },
  {
    name: 'netguard_rules',
    help: 'Suricata rules that are in use, and those that were refused.',
    type: 'gauge',
    collect: ({ rules }) =>
      rules === null
        ? []
        : byLabel('state', [
            ['loaded', rules.loaded],
            ['refused', rules.refused],
          ]),
  },
  {
    name: 'netguard_rules_last_load_timestamp_seconds',
    help: 'When the rules in use were loaded.',
    type: 'gauge',
    collect: ({ rules }) => (rules === null ? [] : [{ labels: {}, value: Date.parse(rules.loadedAt) / 1000 }]),
  },
  hubbleFamily('connected', 'gauge', '1 while the flows of the Hubble relay are followed.', ({ isConnected }) =>
    isConnected ? 1 : 0,
  ),
  hubbleFamily('flows_total', 'counter', 'Flows that the Hubble relay told, each once.', ({ flows }) => flows),
  hubbleFamily(
    'flows_repeated_total',
    'counter',
    'Flows of packets that were told already: at another point of their way, or before a break.',
    ({ repeated }) => repeated,
  ),
  hubbleFamily(
    'flows_skipped_total',
    'counter',
    'Flows that stand for no packet that counts.',
    ({ skipped }) => skipped,
  ),
  hubbleFamily(
    'reconnects_total',
    'counter',
    'Connections to the Hubble relay after the first.',
    ({ reconnects }) => reconnects,
  ),
  hubbleFamily(
    'unavailable_nodes',
    'gauge',
    'Nodes that the Hubble relay cannot reach.',
    ({ unavailableNodes }) => unavailableNodes.length,
  ),
  {
    name: 'netguard_detector_unavailable',
    help: '1 for a detector that cannot work on what the source tells.',
    type: 'gauge',
    collect: (state) =>
      byLabel(
        'rule',
        state.detectors.flatMap(({ id, unavailable }) => (unavailable === undefined ? [] : [[id, 1] as const])),
      ),
  },
  {
    name: 'netguard_bpf_map_entries',
    help: 'Entries of a kernel map.',
    type: 'gauge',
    collect: (state) =>
      byLabel(
        'map',
        (state.tick?.maps ?? []).map(({ name, entries }) => [name, entries]),
      ),
  },
  {
    name: 'netguard_bpf_map_capacity',
    help: 'Entries that a kernel map has room for.',
    type: 'gauge',
    collect: (state) =>
      byLabel(
        'map',
        (state.tick?.maps ?? []).map(({ name, capacity }) => [name, capacity]),
      ),
  },
  {
    name: 'netguard_bpf_program_attached',
    help: '1 while the kernel program is attached.',
    type: 'gauge',
    collect: (state) =>
      byLabel(
        'program',
        programs(state).map(({ name, attached }) => [name, attached ? 1 : 0]),
      ),
  },
  {
    name: 'netguard_bpf_program_seconds_total',
    help: 'Run time of the kernel program; only while kernel.bpf_stats_enabled is on already.',
    type: 'counter',
    collect: (state) =>
      byLabel(
        'program',
        programs(state).map(({ name, seconds }) => [name, seconds]),
      ),
  },
  {
    name: 'netguard_bpf_program_runs_total',
    help: 'Runs of the kernel program; only while kernel.bpf_stats_enabled is on already.',
    type: 'counter',
    collect: (state) =>
      byLabel(
        'program',
        programs(state).map(({ name, runs }) => [name, runs]),
      ),
  },
  {
    name: 'netguard_unresolved_endpoints_total',
    help: 'Endpoints that could not be named in time.',
    type: 'counter',
    collect: (state) => (state.tick ? [{ labels: {}, value: state.tick.unresolvedEndpoints }] : []),
  },
  {
    name: 'netguard_identity_age_seconds',
    help: 'Seconds since the names in use were last known to be current; absent without a source of them.',
    type: 'gauge',
    collect: (state) => {
      const value = state.identityAgeSeconds();
      return value === null ? [] : [{ labels: {}, value }];
    },
  },
  {
    name: 'netguard_kubernetes_watch_restarts_total',
    help: 'Watches of the API server that were begun again; each is kept for some minutes at the most.',
    type: 'counter',
    collect: (state) => byLabel('resource', state.kubernetes?.restarts() ?? []),
  },
  {
    name: 'netguard_config_last_reload_successful',
    help: '0 while the last change of the configuration was refused and the one before is in use.',
    type: 'gauge',
    collect: (state) => [{ labels: {}, value: state.configReloadSuccessful ? 1 : 0 }],
  },
  {
    name: 'netguard_silences_active',
    help: 'Silences in force now. They hold back notifications, not alerts.',
    type: 'gauge',
    collect: (state) => [{ labels: {}, value: state.silences.active(state.now()) }],
  },
  {
    name: 'netguard_intel_entries',
    help: 'Entries of a list of threat intelligence that is in use.',
    type: 'gauge',
    collect: (state) =>
      byLabel(
        'list',
        (state.intel?.figures() ?? []).map(({ name, entries }) => [name, entries] as const),
      ),
  },
  {
    name: 'netguard_intel_last_success_timestamp_seconds',
    help: 'When a list of threat intelligence was last read or fetched, or found unchanged; absent while it never was.',
    type: 'gauge',
    collect: (state) =>
      byLabel(
        'list',
        (state.intel?.figures() ?? []).map(
          ({ name, lastSuccessMs }) => [name, lastSuccessMs === undefined ? undefined : lastSuccessMs / 1000] as const,
        ),
      ),
  },
  sinkFamily('sent_total', 'counter', 'Notifications of alerts that the sink has taken.', ({ sent }) => sent),
  sinkFamily('failures_total', 'counter', 'Attempts to send that ended in an error.', ({ failures }) => failures),
  sinkFamily('dropped_total', 'counter', 'Notifications that the sink never got.', ({ dropped }) => dropped),
  sinkFamily(
    'left_out_total',
    'counter',
    'What the sink left out by its own rules: too often, too late.',
    (one) => one.leftOut,
  ),
  sinkFamily('spooled_bytes', 'gauge', 'Room on disk taken by what waits for the sink.', (one) => one.spooledBytes),
  {
    name: 'netguard_build_info',
    help: 'Always 1; the labels say what runs.',
    type: 'gauge',
    collect: (state) => [{ labels: { version: state.version, node_version: process.version }, value: 1 }],
  },
];

/** What the kernel side and the process say of themselves, read at each scrape. */
export function registerSourceMetrics(registry: Registry, state: NodeState): void {
  for (const { name, help, type, collect } of FAMILIES) {
    registerFamily(registry, { name, help, type, collect: () => collect(state) });
  }
}

/** Absent where the source is another. */
function hubbleFamily(
  name: string,
  type: Source['type'],
  help: string,
  value: (status: HubbleStatus) => number,
): Source {
  const collect = (state: NodeState): Sample[] => {
    const hubble = state.tick?.hubble ?? state.source?.hubble;
    return hubble === undefined ? [] : [{ labels: {}, value: value(hubble) }];
  };
  return { name: `netguard_hubble_${name}`, type, help, collect };
}

function sinkFamily(name: string, type: Source['type'], help: string, value: (figures: SinkFigures) => number): Source {
  const collect = (state: NodeState) =>
    byLabel(
      'sink',
      (state.sinks?.figures() ?? []).map((figures) => [figures.name, value(figures)] as const),
    );
  return { name: `netguard_sink_${name}`, type, help, collect };
}

function programs(state: NodeState) {
  return state.tick?.programs ?? state.source?.programs ?? [];
}

/** One sample a name; a name met twice is summed (an exposition must not repeat a series), undefined left out. */
function byLabel(label: string, entries: readonly (readonly [string, number | undefined])[]): Sample[] {
  const sums = new Map<string, number>();
  for (const [name, value] of entries) {
    if (value !== undefined) sums.set(labelText(name), (sums.get(labelText(name)) ?? 0) + value);
  }
  return Array.from(sums, ([name, value]) => ({ labels: { [label]: name }, value }));
}
