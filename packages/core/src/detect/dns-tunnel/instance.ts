import type { Finding } from '../../alert/alert.ts';
import { dnsLeg } from '../../dns/dns-leg.ts';
import { splitName } from '../../dns/registered-domain.ts';
import { withoutAddress } from '../../dns/reversed-address.ts';
import { workloadKey } from '../../endpoint.ts';
import type { ApplicationObservation, Observation } from '../../observation.ts';
import { PairLru } from '../../sketch/pair-lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { Channel } from './channel.ts';
import { judgeChannel, type TunnelVerdict } from './judgement.ts';
import type { DnsTunnelParameters } from './parameters.ts';
import { isRawIodine } from './raw-iodine.ts';
import { tunnelFinding } from './report.ts';

/** Workloads times the domains that they ask for. */
const CHANNELS = 4096;

export class DnsTunnelInstance implements DetectorInstance {
  readonly nextDueMs = Number.POSITIVE_INFINITY;
  #parameters: DnsTunnelParameters;
  readonly #cluster: ClusterView;
  /** By workload and registered domain. */
  readonly #channels = new PairLru<Channel>(CHANNELS, (channel) => channel.isAlarmed);
  /** Channels with new names since the last evaluation. */
  readonly #moved = new Set<Channel>();
  readonly #alarmed = new Map<Channel, TunnelVerdict>();

  constructor(parameters: DnsTunnelParameters, { cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#cluster = cluster;
  }

  /** Channels that are known keep the window with which they began. */
  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    if (observation.kind !== 'application') return;
    if (observation.facts.protocol === 'unknown') this.#takeRaw(observation, who);
    else if (observation.facts.protocol === 'dns') this.#take(observation, who);
  }

  evaluate(nowMs: number): Finding[] {
    for (const channel of this.#moved) {
      const verdict = judgeChannel(channel, nowMs, this.#parameters);
      if (verdict !== undefined && this.#alarmed.get(channel)?.form !== 'raw') this.#alarm(channel, verdict, nowMs);
    }
    this.#moved.clear();
    const byEnds = new Map<string, { channel: Channel; verdict: TunnelVerdict; domains: string[] }>();
    for (const [channel, verdict] of this.#alarmed) {
      if (Math.abs(nowMs - channel.lastNewMs) > this.#parameters.quietMs) {
        channel.alarmSinceMs = Number.NaN;
        this.#alarmed.delete(channel);
        continue;
      }
      const ends = `${channel.clientKey}\n${workloadKey(channel.server)}`;
      const known = byEnds.get(ends);
      if (known === undefined) byEnds.set(ends, { channel, verdict, domains: [channel.domain] });
      else {
        known.domains.push(channel.domain);
        if (verdict.sums.bits > known.verdict.sums.bits) byEnds.set(ends, { ...known, channel, verdict });
      }
    }
    return Array.from(byEnds.values(), ({ channel, verdict, domains }) =>
      tunnelFinding(channel, verdict, domains, this.#parameters),
    );
  }

  get state(): TableState {
    return { entries: this.#channels.size, capacity: this.#channels.capacity, evicted: this.#channels.evicted };
  }

  #take(observation: ApplicationObservation, who: Who): void {
    const leg = dnsLeg(observation, who, this.#cluster);
    if (leg === undefined) return;
    const split = splitName(leg.name);
    if (split === undefined) return;
    let channel = this.#channels.get(leg.clientKey, split.domain);
    if (leg.facts.message === 'response') {
      channel?.answer(leg.facts.answers, observation.timeMs);
      return;
    }
    const subdomain = withoutAddress(split.subdomain);
    if (subdomain === '') return;
    channel ??= this.#open(leg.client, leg.clientKey, split.domain, leg.server);
    channel.server = leg.server;
    if (channel.ask(subdomain, leg.type, observation.timeMs)) this.#moved.add(channel);
  }

  #takeRaw(observation: ApplicationObservation, { local, remote }: Who): void {
    if (observation.role === 'server' || remote === null || !isRawIodine(observation)) return;
    const key = workloadKey(local);
    const server = { ...remote, port: observation.remote.port };
    const channel = this.#channels.get(key, '') ?? this.#open(local, key, '', server);
    channel.server = server;
    channel.lastNewMs = observation.timeMs;
    channel.unreported++;
    const sums = channel.sums(observation.timeMs);
    const verdict = { form: 'raw', observed: 1, threshold: 1, unit: 'datagrams', parameter: '', sums } as const;
    this.#alarm(channel, verdict, observation.timeMs);
  }

  #alarm(channel: Channel, verdict: TunnelVerdict, nowMs: number): void {
    if (!channel.isAlarmed) channel.alarmSinceMs = nowMs;
    this.#alarmed.set(channel, verdict);
  }

  #open(client: Channel['client'], clientKey: string, domain: string, server: Channel['server']): Channel {
    const channel = new Channel(client, clientKey, domain, server, this.#parameters.windowMs);
    const evicted = this.#channels.add(clientKey, domain, channel);
    if (evicted !== undefined) {
      this.#moved.delete(evicted);
      this.#alarmed.delete(evicted);
    }
    return channel;
  }
}
