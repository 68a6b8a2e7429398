/**
 * Our own access policies: deny rules first; then whoever is protected may be reached, and whoever is confined may reach,
 * only as some allow rule of any policy says.
 */
import type { AccessDenial, AccessDirection, AccessProtocol } from './access.ts';
import { arePorts, type CompiledEnd, compileEnd, isEnd, type Party } from './match.ts';
import type { AccessPolicy, AccessRule, PolicyPort } from './policies.ts';
import { accessRule, partyText } from './rule-text.ts';

const NAMED_POLICIES = 10;

interface CompiledRule {
  readonly label: string;
  readonly from: readonly CompiledEnd[];
  readonly to: readonly CompiledEnd[];
  readonly ports: readonly PolicyPort[];
}

interface CompiledSelection {
  readonly policy: string;
  readonly ends: readonly CompiledEnd[];
}

export class AccessPolicyRules {
  readonly #deny: readonly CompiledRule[];
  readonly #allow: readonly CompiledRule[];
  readonly #protect: readonly CompiledSelection[];
  readonly #confine: readonly CompiledSelection[];

  constructor(policies: readonly AccessPolicy[]) {
    this.#deny = policies.flatMap((policy) => compileRules(policy, 'deny'));
    this.#allow = policies.flatMap((policy) => compileRules(policy, 'allow'));
    this.#protect = policies.map(({ name, protect }) => ({ policy: name, ends: protect.map(compileEnd) }));
    this.#confine = policies.map(({ name, confine }) => ({ policy: name, ends: confine.map(compileEnd) }));
  }

  /** `isOwnNode`: an end is the node that the pod at the other runs on; nothing but a deny rule speaks against its probes. */
  denial(
    source: Party,
    destination: Party,
    port: number,
    protocol: AccessProtocol,
    isOwnNode: boolean,
  ): AccessDenial | undefined {
    const isMet = (rule: CompiledRule, inDoubt: boolean): boolean =>
      arePorts(rule.ports, port, protocol, destination.pod) &&
      isAny(rule.from, source, inDoubt) &&
      isAny(rule.to, destination, inDoubt);
    const allowWith = accessRule(source, destination, port, protocol);
    const denied = this.#deny.find((rule) => isMet(rule, false));
    if (denied !== undefined) {
      const direction = destination.pod === undefined ? 'egress' : 'ingress';
      return {
        direction,
        policies: [denied.label],
        rule: denied.label,
        missing: 'it is denied there by name',
        allowWith,
      };
    }
    if (isOwnNode) return undefined;
    const protecting = selecting(this.#protect, destination);
    const confining = protecting.length > 0 ? [] : selecting(this.#confine, source);
    if (protecting.length + confining.length === 0) return undefined;
    if (this.#allow.some((rule) => isMet(rule, true))) return undefined;
    const direction: AccessDirection = protecting.length > 0 ? 'ingress' : 'egress';
    const nearest = this.#allow.find((rule) => isAny(rule.from, source, true) && isAny(rule.to, destination, true));
    return {
      direction,
      policies: [...protecting, ...confining].slice(0, NAMED_POLICIES),
      ...(nearest === undefined ? undefined : { rule: nearest.label }),
      missing:
        nearest === undefined
          ? `an allow rule from ${partyText(source)} to ${partyText(destination)} at ${protocol} ${port}`
          : `port ${protocol} ${port}`,
      allowWith,
    };
  }
}

function isAny(ends: readonly CompiledEnd[], party: Party, inDoubt: boolean): boolean {
  return ends.length === 0 || ends.some((end) => isEnd(end, party, inDoubt));
}

function selecting(selections: readonly CompiledSelection[], party: Party): string[] {
  return selections
    .filter(({ ends }) => ends.some((end) => isEnd(end, party, false)))
    .map(({ policy }) => `AccessPolicy ${policy}`);
}

function compileRules(policy: AccessPolicy, what: 'allow' | 'deny'): CompiledRule[] {
  return policy[what].map((rule: AccessRule, index) => ({
    label: `AccessPolicy ${policy.name} ${what}[${index}]${rule.name === undefined ? '' : ` “${rule.name}”`}`,
    from: rule.from.map(compileEnd),
    to: rule.to.map(compileEnd),
    ports: rule.ports,
  }));
}
