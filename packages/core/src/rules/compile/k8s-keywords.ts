import type { Endpoint } from '../../endpoint.ts';
import type { RuleContext } from '../engine/rule-context.ts';
import { refuse } from '../problem.ts';
import { commaParts } from '../syntax/quoted.ts';
import type { KeywordHandler, KeywordTable } from './keyword.ts';

const SIDES: readonly string[] = ['source', 'destination', 'client', 'server', 'any'];

/** Whether who stands at one end is meant. */
type EndpointTest = (endpoint: Endpoint, context: RuleContext) => boolean;

/** `k8s.namespace:[!]NAME[|NAME…][,SIDE]`; an end nobody knows is never meant, and a negated one matches it neither. */
function endpointKeyword(makeTest: (keyword: string, names: readonly string[]) => EndpointTest): KeywordHandler {
  return (draft, value, keyword, context) => {
    const [first = '', side = 'any', ...more] = commaParts(keyword, value);
    if (!SIDES.includes(side) || more.length > 0)
      refuse(keyword, `${[side, ...more].join(',').slice(0, 40)} is no side`);
    if (keyword === 'k8s.label' && !context.knowsLabels) refuse(keyword, 'nobody knows labels here');
    const negated = first.startsWith('!');
    const names = (negated ? first.slice(1) : first).split('|').map((name) => name.trim());
    if (names.some((name) => name === '')) refuse(keyword, 'an empty name');
    const test = makeTest(keyword, names);
    draft.checks.push((ruleContext) => {
      const ends = endsOf(ruleContext, side);
      return ends.length > 0 && ends.some((end) => test(end, ruleContext)) !== negated;
    });
  };
}

function endsOf({ inspection }: RuleContext, side: string): Endpoint[] {
  const { sourceEndpoint, destinationEndpoint, toServer } = inspection;
  if (side === 'any') return [sourceEndpoint, destinationEndpoint].filter((end) => end !== undefined);
  if (side === 'source') return known(sourceEndpoint);
  if (side === 'destination') return known(destinationEndpoint);
  if (toServer === undefined) return [];
  return known((side === 'client') === toServer ? sourceEndpoint : destinationEndpoint);
}

function known(endpoint: Endpoint | undefined): Endpoint[] {
  return endpoint === undefined ? [] : [endpoint];
}

/** A name with `*` for any characters, as a test. */
function nameTest(pattern: string): (name: string | undefined) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = pattern.split('*');
  return (name) => name !== undefined && matchesParts(name, parts);
}

function matchesParts(name: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}

const namespace = endpointKeyword((_, names) => {
  const tests = names.map(nameTest);
  return (endpoint) => tests.some((test) => test(endpoint.namespace));
});

/** `web`, `shop/web`, `shop/Deployment/web`. */
const workload = endpointKeyword((keyword, names) => {
  const tests = names.map((name) => workloadTest(keyword, name));
  return (endpoint) => tests.some((test) => test(endpoint));
});

function workloadTest(keyword: string, text: string): (endpoint: Endpoint) => boolean {
  const parts = text.split('/');
  if (parts.length > 3) refuse(keyword, `${text.slice(0, 80)} is no workload`);
  const name = nameTest(parts.at(-1)!);
  const space = parts.length > 1 ? nameTest(parts[0]!) : undefined;
  const kind = parts.length > 2 ? parts[1]!.toLowerCase() : undefined;
  return ({ workload: found, namespace: inside }) =>
    found !== undefined &&
    name(found.name) &&
    (space === undefined || space(inside)) &&
    (kind === undefined || found.kind.toLowerCase() === kind);
}

/** `app=web`, or `app` for a label that is there. */
const label = endpointKeyword((_, names) => {
  const tests = names.map((text) => {
    const equals = text.indexOf('=');
    return equals < 0
      ? { key: text, value: nameTest('*') }
      : { key: text.slice(0, equals), value: nameTest(text.slice(equals + 1)) };
  });
  return (endpoint, { labelsOf }) => {
    const labels = labelsOf?.(endpoint);
    if (labels === undefined) return false;
    return tests.some(({ key, value }) => Object.hasOwn(labels, key) && value(labels[key]));
  };
});

/** Keywords of NetGuard: who stands at the ends. */
export const K8S_KEYWORDS: KeywordTable = {
  'k8s.namespace': namespace,
  'k8s.workload': workload,
  'k8s.label': label,
};
