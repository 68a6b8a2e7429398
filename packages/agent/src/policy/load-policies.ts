import { readFileSync, statSync } from 'node:fs';
import { type AccessPolicy, type AdminPolicy, NetGuardError, type NetworkPolicy, type Policies } from '@netguard/core';
import type { z } from 'zod';
import { ConfigError, type Locate, type Problem, zodProblems } from '../config/problem.ts';
import { parseYamlDocuments } from '../config/yaml-file.ts';
import { accessPolicySchema } from './access-policy-schema.ts';
import { adminPolicySchema, baselinePolicySchema } from './admin-policy-schema.ts';
import { networkPolicySchema } from './network-policy-schema.ts';

/* 10,000 policies of 3 KB: anything bigger is no policy file. */
const MAX_BYTES = 32 * 1024 * 1024;
const HINT = 'See docs/reference/policy.md. The last good policies stay in use.';
const LISTS = new Set(['List', 'NetworkPolicyList', 'AdminNetworkPolicyList', 'BaselineAdminNetworkPolicyList']);
const ADMIN_GROUP = 'policy.networking.k8s.io/';
const BASELINE = 'BaselineAdminNetworkPolicy';
/** Policies of other makers allow and forbid too; what they say is not known here. */
const OTHER_POLICIES = /NetworkPolicy$/;

export interface LoadedPolicies extends Policies {
  /** What was passed over though it may matter, one sentence each. */
  readonly notes: readonly string[];
}

type Path = readonly (string | number)[];

/** Reads all files. Throws NG_ERR_POLICY_READ, _SYNTAX or _INVALID, naming file, line and column of every problem. */
export function loadPolicies(files: readonly string[]): LoadedPolicies {
  const reader = new PolicyReader();
  for (const file of files) reader.read(readText(file), file);
  return reader.finish();
}

/** The same for text that is already read; `file` is the name used in messages. */
export function parsePolicies(text: string, file: string): LoadedPolicies {
  const reader = new PolicyReader();
  reader.read(text, file);
  return reader.finish();
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`${size} bytes are more than the ${MAX_BYTES} that are read`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new NetGuardError('NG_ERR_POLICY_READ', `reading the policy file ${file}`, {
      cause,
      hint: 'Check policy.files and the permissions of that path.',
    });
  }
}

class PolicyReader {
  readonly #networkPolicies: NetworkPolicy[] = [];
  readonly #accessPolicies: AccessPolicy[] = [];
  readonly #adminPolicies: AdminPolicy[] = [];
  readonly #problems: Problem[] = [];
  readonly #notes: string[] = [];
  readonly #seen = new Map<string, string>();

  read(text: string, file: string): void {
    const before = this.#found;
    for (const { value, locate } of parseYamlDocuments(text, file, 'NG_ERR_POLICY_SYNTAX')) {
      this.#object(value, [], locate);
    }
    if (this.#found === before) this.#notes.push(`${file} holds no NetworkPolicy and no AccessPolicy.`);
  }

  get #found(): number {
    const lists = [this.#networkPolicies, this.#accessPolicies, this.#adminPolicies, this.#problems];
    return lists.reduce((sum, { length }) => sum + length, 0);
  }

  finish(): LoadedPolicies {
    if (this.#problems.length > 0) {
      throw new ConfigError('NG_ERR_POLICY_INVALID', 'reading the policies', this.#problems, HINT);
    }
    return {
      networkPolicies: this.#networkPolicies,
      accessPolicies: this.#accessPolicies,
      adminPolicies: this.#adminPolicies,
      notes: this.#notes,
    };
  }

  #object(value: unknown, path: Path, locate: Locate): void {
    const { apiVersion, kind, items } = (typeof value === 'object' && value !== null ? value : {}) as Record<
      string,
      unknown
    >;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
      this.#problems.push({ where: locate(path), message: 'must be an object with apiVersion and kind' });
    } else if (LISTS.has(kind) && Array.isArray(items)) {
      for (const [index, item] of items.entries()) this.#listItem(item, kind, [...path, 'items', index], locate);
    } else if (kind === 'NetworkPolicy' && apiVersion.startsWith('networking.k8s.io/')) {
      const policy = this.#parse(networkPolicySchema, value, path, locate);
      if (policy && this.#isFirst(`NetworkPolicy ${policy.namespace}/${policy.name}`, path, locate)) {
        this.#networkPolicies.push(policy);
      }
    } else if (apiVersion.startsWith(ADMIN_GROUP) && (kind === 'AdminNetworkPolicy' || kind === BASELINE)) {
      const schema = kind === BASELINE ? baselinePolicySchema : adminPolicySchema;
      const policy = this.#parse<AdminPolicy>(schema, value, path, locate);
      if (policy && this.#isFirst(`${kind} ${policy.name}`, path, locate)) this.#adminPolicies.push(policy);
    } else if (apiVersion.startsWith('netguard/')) {
      const policy = this.#parse(accessPolicySchema, value, path, locate);
      if (policy && this.#isFirst(`AccessPolicy ${policy.name}`, path, locate)) this.#accessPolicies.push(policy);
    } else if (OTHER_POLICIES.test(kind)) {
      this.#notes.push(`${locate(path)}: ${apiVersion} ${kind} is not read: what it allows or forbids is not known.`);
    }
  }

  /** The items of a typed list carry no apiVersion and kind of their own. */
  #listItem(item: unknown, list: string, path: Path, locate: Locate): void {
    const kind = list.slice(0, -'List'.length);
    const isTyped = kind !== '' && typeof item === 'object' && item !== null && !('kind' in item);
    const apiVersion = kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : `${ADMIN_GROUP}v1alpha1`;
    this.#object(isTyped ? { apiVersion, kind, ...item } : item, path, locate);
  }

  #parse<T>(schema: z.ZodType<T>, value: unknown, path: Path, locate: Locate): T | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const at: Locate = (inner, part) => locate([...path, ...inner], part);
    this.#problems.push(...zodProblems(parsed.error, schema, value, at));
    return undefined;
  }

  #isFirst(name: string, path: Path, locate: Locate): boolean {
    const first = this.#seen.get(name);
    if (first === undefined) this.#seen.set(name, locate(path));
    else this.#problems.push({ where: locate(path), message: `${name} stands already at ${first}` });
    return first === undefined;
  }
}
