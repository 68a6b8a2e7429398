import { isIP } from 'node:net';
import type { Endpoint, Flow } from '@netguard/core';
import { CliError } from '../failure/cli-error.ts';
import { ipMatcher } from './ip-match.ts';

type Matches = (flow: Flow) => boolean;

/** What the user asked for with one flag: several values of one flag are alternatives. */
interface Group {
  readonly alternatives: Matches[];
}

/**
 * Collects Hubble's filter flags in the order they are written, and matches flows as Hubble does: values of one flag are
 * alternatives, different flags must all hold; flags after `--not` make up a second filter whose matches are left out.
 */
export class FlowFilter {
  readonly #allow = new Map<string, Group>();
  readonly #deny = new Map<string, Group>();
  #negateNext = false;

  /** `--not`: the next flag belongs to the deny filter. */
  negateNext(): void {
    this.#negateNext = true;
  }

  /** One flag with its value. @throws CliError NG_ERR_CLI_USAGE */
  add(flag: FilterFlag, value: string, context: NamespaceContext = {}): void {
    const side = this.#negateNext ? this.#deny : this.#allow;
    this.#negateNext = false;
    let group = side.get(flag);
    if (!group) {
      group = { alternatives: [] };
      side.set(flag, group);
    }
    group.alternatives.push(matcher(flag, value, context));
  }

  /** @throws CliError when `--not` was written last */
  finish(): void {
    if (this.#negateNext) {
      throw new CliError('NG_ERR_CLI_USAGE', 'reading --not', 'no filter follows it', {
        hint: 'Write --not before the flag that it reverses: --not --from-ip 10.0.0.1',
      });
    }
  }

  get empty(): boolean {
    return this.#allow.size === 0 && this.#deny.size === 0;
  }

  matches(flow: Flow): boolean {
    if (!all(this.#allow, flow)) return false;
    return this.#deny.size === 0 || !all(this.#deny, flow);
  }
}

function all(groups: ReadonlyMap<string, Group>, flow: Flow): boolean {
  for (const { alternatives } of groups.values()) if (!alternatives.some((matches) => matches(flow))) return false;
  return true;
}

/** What `--pod web` without a namespace means: that of `-n`, any with `-A`, else `default`, as in Hubble. */
export interface NamespaceContext {
  readonly namespace?: string | undefined;
  readonly allNamespaces?: boolean | undefined;
}

type Side = 'from' | 'to' | 'any';
type EndpointFlag = 'ip' | 'pod' | 'namespace' | 'service' | 'port' | 'workload';

export type FilterFlag =
  | EndpointFlag
  | `from-${EndpointFlag}`
  | `to-${EndpointFlag}`
  | 'protocol'
  | 'verdict'
  | 'ip-version'
  | 'type'
  | 'traffic-direction'
  | 'uuid'
  | 'node-name';

function matcher(flag: FilterFlag, value: string, context: NamespaceContext): Matches {
  const [, prefix, field] = /^(?:(from|to)-)?(ip|pod|namespace|service|port|workload)$/.exec(flag) ?? [];
  if (field)
    return onSide((prefix as Side | undefined) ?? 'any', endpointMatcher(field as EndpointFlag, value, flag, context));
  switch (flag) {
    case 'protocol':
      return protocolMatcher(value);
    case 'verdict':
      return verdictMatcher(value);
    case 'ip-version':
      return ipVersionMatcher(value);
    case 'type':
      return typeMatcher(value);
    case 'traffic-direction': {
      const direction = oneOf(value.toUpperCase(), ['INGRESS', 'EGRESS'], flag);
      return (flow) => flow.trafficDirection === direction;
    }
    case 'uuid':
      return (flow) => flow.id === value;
    default: {
      const glob = globMatcher(value);
      return (flow) => glob(flow.node);
    }
  }
}

function onSide(side: Side, matches: (endpoint: Endpoint) => boolean): Matches {
  if (side === 'from') return (flow) => matches(flow.source);
  if (side === 'to') return (flow) => matches(flow.destination);
  return (flow) => matches(flow.source) || matches(flow.destination);
}

function endpointMatcher(
  field: EndpointFlag,
  value: string,
  flag: string,
  context: NamespaceContext,
): (e: Endpoint) => boolean {
  switch (field) {
    case 'ip': {
      const matches = ipMatcher(value, `--${flag}`);
      return (endpoint) => matches(endpoint.ip);
    }
    case 'port': {
      if (!/^\d{1,5}$/.test(value) || Number(value) > 65535)
        throw usage(flag, value, 'is not a port', 'Write a number up to 65535.');
      const port = Number(value);
      return (endpoint) => endpoint.port === port;
    }
    case 'namespace':
      return (endpoint) => endpoint.namespace === value;
    case 'pod': {
      const { namespace, name } = split(value, context);
      return (e) => e.pod?.startsWith(name) === true && (namespace === undefined || e.namespace === namespace);
    }
    case 'service': {
      const { namespace, name } = split(value, context);
      return (e) => e.service?.startsWith(name) === true && (namespace === undefined || e.namespace === namespace);
    }
    case 'workload': {
      const [first = '', second] = value.split('/');
      return ({ workload }) =>
        workload !== undefined &&
        (second === undefined
          ? workload.name === first
          : workload.name === second && workload.kind.toLowerCase() === first.toLowerCase());
    }
  }
}

/** `ns/name`, `ns/` (everything in it), or `name` in the namespace that the context says. */
function split(value: string, context: NamespaceContext): { namespace: string | undefined; name: string } {
  const slash = value.indexOf('/');
  if (slash >= 0) return { namespace: value.slice(0, slash) || undefined, name: value.slice(slash + 1) };
  const namespace = context.allNamespaces ? undefined : (context.namespace ?? 'default');
  return { namespace, name: value };
}

function protocolMatcher(value: string): Matches {
  const protocol = value.toLowerCase();
  if (protocol === 'icmpv4') return (flow) => flow.protocol === 'ICMP' && isIP(flow.source.ip) === 4;
  if (protocol === 'icmpv6') return (flow) => flow.protocol === 'ICMP' && isIP(flow.source.ip) === 6;
  if (protocol === 'dns' || protocol === 'http' || protocol === 'kafka') {
    throw new CliError(
      'NG_ERR_CLI_REFUSED_FLAG',
      `reading --protocol ${protocol}`,
      'NetGuard does not read what is inside a connection yet',
      {
        hint: 'Filter by port instead, such as --port 53.',
      },
    );
  }
  const name = oneOf(protocol.toUpperCase(), ['TCP', 'UDP', 'ICMP', 'SCTP', 'OTHER'], 'protocol');
  return (flow) => flow.protocol === name;
}

function verdictMatcher(value: string): Matches {
  const verdict = value.toUpperCase();
  if (['AUDIT', 'REDIRECTED', 'TRACED', 'TRANSLATED'].includes(verdict)) {
    throw new CliError(
      'NG_ERR_CLI_REFUSED_FLAG',
      `reading --verdict ${verdict}`,
      'NetGuard has no such verdict: it belongs to Cilium',
      {
        hint: 'There are FORWARDED, DROPPED (refused or timed out) and ERROR (reset).',
      },
    );
  }
  const name = oneOf(verdict, ['FORWARDED', 'DROPPED', 'ERROR'], 'verdict');
  return (flow) => flow.verdict === name;
}

function ipVersionMatcher(value: string): Matches {
  const version = oneOf(value, ['v4', 'v6'], 'ip-version') === 'v4' ? 4 : 6;
  return (flow) => isIP(flow.source.ip || flow.destination.ip) === version;
}

/** Hubble's event types: a flow of NetGuard is a whole connection, so only what was dropped and what was not are told apart. */
function typeMatcher(value: string): Matches {
  if (value === 'drop') return (flow) => flow.verdict === 'DROPPED';
  if (value === 'trace') return (flow) => flow.verdict !== 'DROPPED';
  throw new CliError(
    'NG_ERR_CLI_REFUSED_FLAG',
    `reading --type ${value}`,
    'NetGuard has no such event: its flows are whole connections',
    {
      hint: 'There are `trace` and `drop`, without subtypes.',
    },
  );
}

function globMatcher(pattern: string): (text: string) => boolean {
  // A cluster prefix (`cluster/node`) names the cluster that we are in.
  const node = pattern.slice(pattern.lastIndexOf('/') + 1);
  const source = node.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}

function oneOf<T extends string>(value: string, allowed: readonly T[], flag: string): T {
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw usage(flag, value, 'is not known', `There are ${allowed.join(', ')}.`);
  return found;
}

function usage(flag: string, value: string, why: string, hint: string): CliError {
  return new CliError('NG_ERR_CLI_USAGE', `reading --${flag}`, `'${value}' ${why}`, { hint });
}
