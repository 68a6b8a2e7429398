/** What a PromQL expression asks for: for tests of dashboards and rules. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Selector {
  /** Names of metrics: one, or the alternatives of `{__name__=~"a|b"}`. */
  readonly metrics: readonly string[];
  readonly matchers: readonly Matcher[];
  /** As it stands in the expression, without range and offset. */
  readonly text: string;
  /** Whether it stands on the left of an `unless`, so that something may take its place. */
  readonly yields: boolean;
}

export interface Grouping {
  readonly labels: readonly string[];
  /** Metrics inside the aggregation, or (`on`, `group_left`) of the whole expression. */
  readonly metrics: readonly string[];
}

export interface Asked {
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
  /** Labels that label_replace makes. */
  readonly made: readonly string[];
}

/** @throws where the expression is no PromQL, with the place. */
export function ask(expression: string): Asked {
  const tree = parser.parse(expression);
  const text = (node: SyntaxNode) => expression.slice(node.from, node.to);
  const selectors: (Selector & { readonly from: number })[] = [];
  const groupings: (Grouping & { readonly from: number; readonly to: number })[] = [];
  const made: string[] = [];
  tree.iterate({
    enter: ({ node }) => {
      if (node.type.isError) {
        throw new Error(`no PromQL at ${node.from}, "${expression.slice(node.from, node.from + 30)}": ${expression}`);
      }
      if (node.name === 'VectorSelector') {
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher').map(matcherOf) ?? [];
        const name = node.getChild('Identifier');
        const named = matchers.find(({ label }) => label === '__name__')?.value.split('|') ?? [];
        const metrics = name ? [text(name)] : named;
        selectors.push({ metrics, matchers, text: text(node), yields: yields(node), from: node.from });
      }
      if (node.name === 'GroupingLabels') {
        const scope = node.parent?.name === 'AggregateModifier' ? node.parent.parent : tree.topNode;
        const { from, to } = scope ?? tree.topNode;
        groupings.push({ labels: node.getChildren('LabelName').map(text), metrics: [], from, to });
      }
      if (node.name === 'FunctionCall' && text(node).startsWith('label_replace')) {
        const [label] = node.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? [];
        if (label) made.push(unquoted(text(label)));
      }
    },
  });
  return {
    selectors,
    made,
    groupings: groupings.map(({ labels, from, to }) => ({
      labels,
      metrics: selectors.filter((each) => each.from >= from && each.from < to).flatMap(({ metrics }) => metrics),
    })),
  };

  function matcherOf(node: SyntaxNode): Matcher {
    const part = (name: string) => node.getChild(name) as SyntaxNode;
    return {
      label: text(part('LabelName')),
      operator: text(part('MatchOp')),
      value: unquoted(text(part('StringLiteral'))),
    };
  }
}

function yields(node: SyntaxNode): boolean {
  for (let child = node, parent = node.parent; parent; child = parent, parent = parent.parent) {
    if (parent.getChild('Unless') && parent.firstChild?.from === child.from) return true;
  }
  return false;
}

function unquoted(literal: string): string {
  return literal.slice(1, -1);
}

/** What Grafana would put in for a reader who chose everything. */
export function substituted(expression: string, { rate = '1m', range = '1h' } = {}): string {
  return expression
    .replaceAll('$__rate_interval', rate)
    .replaceAll('$__range', range)
    .replaceAll(/"\$[a-z]+"/g, '".*"');
}
