import type { Finding } from '../../alert/alert.ts';
import { type Contacts, contactsOf } from '../../contacts/contacts.ts';
import { DOWN_SOURCES, DOWN_WINDOW_MS, type DownTarget } from '../../contacts/down-targets.ts';
import { endpointName } from '../../endpoint.ts';
import type { Observation } from '../../observation.ts';
import type { TableState } from '../../table-state.ts';
import type { DetectorContext } from '../context.ts';
import type { DetectorInstance, Who } from '../detector.ts';
import type { TargetDownParameters } from './parameters.ts';

const MAX_TOP = 10;

/** Keeps nothing of its own: the contacts that all scan detectors share know which targets are down. */
export class TargetDownInstance implements DetectorInstance {
  #parameters: TargetDownParameters;
  readonly #context: DetectorContext;
  readonly #contacts: Contacts;
  readonly nextDueMs = Number.POSITIVE_INFINITY;

  constructor(parameters: TargetDownParameters, context: DetectorContext) {
    this.#parameters = parameters;
    this.#context = context;
    this.#contacts = contactsOf(context);
  }

  configure(parameters: Readonly<Record<string, number>>): void {
    this.#parameters = { ...this.#parameters, ...parameters };
  }

  observe(observation: Observation, who: Who): void {
    this.#contacts.read(observation, who);
  }

  evaluate(nowMs: number): Finding[] {
    const { forMs, activeMs } = this.#parameters;
    return this.#contacts
      .downTargets(nowMs, forMs)
      .filter(({ lastMs }) => Math.abs(nowMs - lastMs) <= activeMs)
      .map((down) => this.#finding(down, nowMs));
  }

  get state(): TableState {
    return this.#contacts.downState;
  }

  #finding(down: DownTarget, nowMs: number): Finding {
    const target = this.#context.cluster.behind(down.target);
    const name = `${endpointName(target)}:${down.port}`;
    const failing = [...down.sources.values()].filter(({ lastMs }) => Math.abs(nowMs - lastMs) <= DOWN_WINDOW_MS);
    const count = down.failures - down.reported;
    down.reported = down.failures;
    return {
      rule: 'target-down',
      category: 'health',
      severity: 'low',
      confidence: 0.9,
      title: `${name} is down for ${failing.length} workloads`,
      description:
        `${failing.length} workloads fail to connect to ${name}, and nobody got through for ${Math.round((nowMs - down.sinceMs) / 1000)} s. ` +
        'That is an outage or a stale address in a configuration, not a scan.',
      source: null,
      sources: {
        distinctEstimate: failing.length,
        top: failing
          .map(({ source, failures }) => ({ ip: source.ip, name: endpointName(source), count: failures }))
          .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
          .slice(0, MAX_TOP),
      },
      target: { ...target, port: down.port },
      sinceMs: down.sinceMs,
      count,
      evidence: {
        observed: failing.length,
        threshold: DOWN_SOURCES,
        unit: 'workloads',
        windowMs: DOWN_WINDOW_MS,
        failures: down.failures,
        address: down.ip,
        port: down.port,
      },
      mitre: [],
      suggestion:
        target.kind === 'pod' || target.kind === 'service'
          ? `See whether ${endpointName(target)} is ready (kubectl get pods,endpointslices -n ${target.namespace ?? 'default'}), or take it out of the clients’ configuration.`
          : `See whether ${down.ip} is up and listens on port ${down.port}, or take it out of the clients’ configuration.`,
    };
  }
}
