import type { Finding } from '../../alert/alert.ts';
import { compareSeverity } from '../../alert/severity.ts';
import { type Endpoint, workloadKey } from '../../endpoint.ts';
import type { IntelLookup } from '../../intel/intel.ts';
import type {
  ApplicationObservation,
  ConnectionObservation,
  DatagramObservation,
  Observation,
} from '../../observation.ts';
import { Lru } from '../../sketch/lru.ts';
import type { TableState } from '../../table-state.ts';
import type { ClusterView, DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import { listedApplication } from './listed-application.ts';
import { ListedContact } from './listed-contact.ts';
import { listedTraffic } from './listed-traffic.ts';
import { ListedVisitors } from './listed-visitors.ts';
import type { ThreatIntelParameters } from './parameters.ts';
import { contactFinding, visitorsFinding } from './report.ts';
import type { Sighting } from './sighting.ts';

const CONTACTS = 4096;
const VISITED = 1024;

type Conversation = ConnectionObservation | DatagramObservation | ApplicationObservation;

export class ThreatIntelInstance implements DetectorInstance {
  #parameters: ThreatIntelParameters;
  readonly #intel: IntelLookup | undefined;
  readonly #cluster: ClusterView;
  readonly #contacts = new Lru<string, ListedContact>(CONTACTS);
  readonly #visitors = new Lru<string, ListedVisitors>(VISITED);
  nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: ThreatIntelParameters, { intel, cluster }: DetectorContext) {
    this.#parameters = parameters;
    this.#intel = intel;
    this.#cluster = cluster;
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    const intel = this.#intel;
    if (intel === undefined || who.remote === null) return;
    if (observation.kind === 'connection' || observation.kind === 'datagrams') {
      const sighting = listedTraffic(observation, who, intel);
      if (sighting !== undefined) this.#note(sighting, observation, who.local, who.remote);
    } else if (observation.kind === 'application' && !this.#asksForOthers(observation, who.local)) {
      for (const sighting of listedApplication(observation, intel)) {
        this.#note(sighting, observation, who.local, who.remote);
      }
    }
  }

  evaluate(nowMs: number): Finding[] {
    this.nextDueMs = Number.POSITIVE_INFINITY;
    const { contacts, outsideSources, quietMs } = this.#parameters;
    for (const contact of this.#contacts.values()) {
      if (nowMs - contact.lastMs > quietMs) this.#contacts.delete(contact.key);
    }
    const findings: Finding[] = [];
    for (const same of this.#byAlert()) {
      if (same.reduce((sum, contact) => sum + contact.contacts, 0) >= contacts) {
        findings.push(contactFinding(same, this.#parameters));
      }
    }
    for (const visitors of this.#visitors.values()) {
      if (nowMs - visitors.lastMs > quietMs) this.#visitors.delete(visitors.key);
      else if (visitors.distinct >= outsideSources) findings.push(visitorsFinding(visitors, this.#parameters));
    }
    return findings;
  }

  get state(): TableState {
    return {
      entries: this.#contacts.size + this.#visitors.size,
      capacity: this.#contacts.capacity + this.#visitors.capacity,
      evicted: this.#contacts.evicted + this.#visitors.evicted,
    };
  }

  /** A resolver asks for what its clients asked: they are told of themselves. */
  #asksForOthers({ facts }: ApplicationObservation, local: Endpoint): boolean {
    return facts.protocol === 'dns' && this.#cluster.isResolver(local);
  }

  #note(sighting: Sighting, observation: Conversation, local: Endpoint, remote: Endpoint): void {
    const { timeMs } = observation;
    this.nextDueMs = Math.min(this.nextDueMs, timeMs);
    if (sighting.way === 'in') {
      const key = workloadKey(local);
      const target = { ...local, port: observation.local.port };
      const visitors = this.#visitors.get(key) ?? new ListedVisitors(key, target, sighting.hit, timeMs);
      if (!this.#visitors.has(key)) this.#visitors.set(key, visitors);
      visitors.add(observation.remote.ip, sighting.hit, timeMs);
      return;
    }
    const sourceKey = workloadKey(local);
    const key = `${sourceKey}\n${sighting.hit.list}\n${sighting.hit.entry}`;
    let contact = this.#contacts.get(key);
    if (contact === undefined) {
      const target = sighting.way === 'own' ? null : targetOf(sighting, observation, remote);
      contact = new ListedContact(key, local, sourceKey, target, sighting, timeMs);
      this.#contacts.set(key, contact);
    }
    contact.add(sighting, timeMs);
    if (observation.kind === 'connection' && contact.comm === '') contact.comm = observation.comm;
  }

  /** Contacts that make one alert, the gravest first: an address and a fingerprint of one server are one cause. */
  #byAlert(): ListedContact[][] {
    const groups = new Map<string, ListedContact[]>();
    for (const contact of this.#contacts.values()) {
      const key = `${contact.sourceKey}\n${contact.target === null ? '' : workloadKey(contact.target)}`;
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push(contact);
    }
    return [...groups.values()].map((group) => group.sort((a, b) => compareSeverity(b.severity, a.severity)));
  }
}

/** A listed name stands for its server; of a question to a resolver the address is not known. */
function targetOf({ domain, of }: Sighting, { remote: { port } }: Conversation, remote: Endpoint): Endpoint {
  if (domain === undefined) return { ...remote, port };
  if (of === 'dns-query' || of === 'dns-answer') return { ip: '', kind: 'world', domain };
  return { ip: remote.ip, port, kind: 'world', domain };
}
