/** An alert of the YAML at work: what its expression gives, and for whom it is over the level. */
import { type Endpoint, meetsLevel, type ProgramCondition } from '@netguard/core';
import { type AlertEnd, alertEnds } from './alert-ends.ts';
import type { EndNames } from './end-names.ts';
import { type Compiled, compileExpression, type FamilyTable } from './expression/compile.ts';
import { type AlertExpression, parseExpression } from './expression/parse.ts';
import type { Element } from './expression/vector.ts';
import { SERIES_LIMITS } from './limits.ts';
import type { AlertSpec } from './spec-schema.ts';
import { compileTitle, type Title } from './title.ts';
import type { ProgramMeasurement } from './types.ts';

/** Below this part of the level an alert is off, unless the YAML says otherwise: what swings by a fifth is one alert. */
const OFF_FACTOR = 0.8;
const NOBODY: Endpoint = Object.freeze({ ip: '', kind: 'node' });

export class AlertRule {
  readonly #program: string;
  readonly #spec: AlertSpec;
  readonly #compiled: Compiled;
  readonly #condition: ProgramCondition;
  readonly #title: Title;
  readonly #source: AlertEnd | undefined;
  readonly #target: AlertEnd | undefined;
  #told = new Map<string, ProgramMeasurement>();
  #leftOut = 0;

  /** Throws an Error, with where in the expression it is if it is there. */
  constructor(program: string, spec: AlertSpec, families: FamilyTable, names: EndNames) {
    this.#program = program;
    this.#spec = spec;
    const expression = parseExpression(spec.expr);
    this.#compiled = compileExpression(expression.value, families, spec.expr);
    const levels = levelsOf(spec, expression, families);
    const { severity, for: forMs, unit = this.#compiled.unit } = spec;
    this.#condition = { ...levels, forMs, windowMs: this.#compiled.windowMs, severity, unit, expression: spec.expr };
    const labels = (this.#compiled.labels ?? []).map(({ name }) => name);
    const template =
      spec.title ?? [`${spec.name}:`, ...labels.map((name) => `{{${name}}}`), `{{value}} ${unit}`].join(' ').trim();
    this.#title = compileTitle(template, labels, levels.on);
    const { source, target } = alertEnds(spec, this.#compiled.labels, names);
    this.#source = source;
    this.#target = target;
  }

  /** Sets of labels that were over a level and not measured, as there were too many; since the start. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * All that meets the lower level, and, once, what was told the time before and no longer does. Rates are those of `readMs`,
   * when the maps were read last.
   */
  measure(nowMs: number, readMs: number): ProgramMeasurement[] {
    const value = this.#compiled.evaluate(readMs);
    const elements = typeof value === 'number' ? [{ labels: [], value }] : [...value.values()];
    const { comparison, off } = this.#condition;
    const near = elements.filter((element) => meetsLevel(element.value, comparison, off));
    if (near.length > SERIES_LIMITS.measurements) {
      near.sort((a, b) => (comparison.startsWith('>') ? b.value - a.value : a.value - b.value));
      this.#leftOut += near.length - SERIES_LIMITS.measurements;
      near.length = SERIES_LIMITS.measurements;
    }
    const told = new Map(near.map((element) => [element.labels.join('\0'), this.#measurement(element, nowMs)]));
    const ended = Array.from(this.#told).flatMap(([key, { observation, who }]): ProgramMeasurement[] => {
      if (told.has(key)) return [];
      return [{ observation: { ...observation, timeMs: nowMs, value: Number.NaN }, who }];
    });
    this.#told = told;
    return [...told.values(), ...ended];
  }

  #measurement({ labels: values, value }: Element, nowMs: number): ProgramMeasurement {
    const labels = Object.fromEntries((this.#compiled.labels ?? []).map(({ name }, at) => [name, values[at] ?? '']));
    const [source, target] = [this.#source?.find(labels), this.#target?.find(labels)];
    const said = [...(source ? (this.#source?.said ?? []) : []), ...(target ? (this.#target?.said ?? []) : [])];
    const cause = Object.entries(labels).filter(([name]) => !said.includes(name));
    const ends = source && target ? 'both' : source ? 'source' : target ? 'target' : 'none';
    return {
      observation: {
        kind: 'program',
        timeMs: nowMs,
        program: this.#program,
        alert: this.#spec.name,
        labels,
        cause: cause.map(([name, text]) => `${name}=${text}`).join('\n'),
        value,
        title: this.#title(labels, value),
        condition: this.#condition,
        ends,
      },
      who: { local: source ?? target ?? NOBODY, remote: source && target ? target : null },
    };
  }
}

function levelsOf(
  spec: AlertSpec,
  { comparison }: AlertExpression,
  families: FamilyTable,
): Pick<ProgramCondition, 'comparison' | 'on' | 'off'> {
  const on = comparison === undefined ? spec.on : constantOf(comparison.level, families, spec.expr);
  if (on === undefined) throw new Error('it has no level: end it in a comparison such as > 100, or set on');
  if (comparison !== undefined && spec.on !== undefined)
    throw new Error('the level stands in the comparison and in on');
  const operator = comparison?.operator ?? ((spec.off ?? on) > on ? '<' : '>');
  const isAbove = operator.startsWith('>');
  const usual = isAbove ? on * OFF_FACTOR : on / OFF_FACTOR;
  const off = spec.off ?? (on > 0 ? usual : on);
  if (isAbove ? off > on : off < on)
    throw new Error(`off (${off}) is beyond on (${on}): the alert would end as it begins`);
  return { comparison: operator, on, off };
}

function constantOf(level: AlertExpression['value'], families: FamilyTable, text: string): number {
  const { labels, evaluate } = compileExpression(level, families, text);
  const value = evaluate(0);
  if (labels !== undefined || typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Error('the right side of the comparison must be a number');
  }
  return value;
}
