import type { Alert, AlertEvent } from '@netguard/core';
import type { Registry } from 'prom-client';
import type { NodeState } from '../state/node-state.ts';
import { CounterFamily, labelRecord, registerFamily } from './family.ts';
import { HistogramFamily } from './histogram-family.ts';

const LABELS = ['rule', 'severity', 'namespace'];

/** Around the goal of 250 ms from the kernel's event to the alert. */
const DELAY_BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Openings, open alerts, and how long detection took. */
export class AlertMetrics {
  readonly openings: CounterFamily;
  readonly delay: HistogramFamily;
  readonly #state: Pick<NodeState, 'alerts' | 'now'>;

  constructor(registry: Registry, state: Pick<NodeState, 'alerts' | 'now'>, capacity: () => number) {
    this.#state = state;
    this.openings = new CounterFamily(registry, {
      name: 'netguard_alerts_total',
      help: 'Alerts opened; namespace is that of the target, else of the source.',
      labelNames: LABELS,
      keptInOther: ['severity'],
      capacity,
    });
    registerFamily(registry, {
      name: 'netguard_alerts_open',
      help: 'Alerts open now.',
      type: 'gauge',
      collect: () => this.#open(),
    });
    this.delay = new HistogramFamily(registry, {
      name: 'netguard_detection_delay_seconds',
      help: "From the kernel's event to the opening of the alert.",
      labelNames: ['rule'],
      bounds: DELAY_BOUNDS_SECONDS,
      capacity,
    });
  }

  update({ type, alert }: AlertEvent, delayMs: number, nowMs: number): void {
    this.openings.add(alertLabels(alert), type === 'open' ? 1 : 0, nowMs);
    if (type === 'open') this.delay.observe([alert.rule], Math.max(0, delayMs) / 1000, nowMs);
  }

  /** Every series of `netguard_alerts_total` has one here, at zero when nothing is open, so that a rule sees the fall. */
  *#open() {
    const open = new Map<object, number>();
    const nowMs = this.#state.now();
    for (const alert of this.#state.alerts.open()) {
      const cell = this.openings.series.cell(alertLabels(alert), nowMs);
      open.set(cell, (open.get(cell) ?? 0) + 1);
    }
    for (const [values, cell] of this.openings.series.entries()) {
      yield { labels: labelRecord(LABELS, values), value: open.get(cell) ?? 0 };
    }
  }
}

export function alertLabels(alert: Alert): string[] {
  return [alert.rule, alert.severity, alert.target?.namespace ?? alert.source?.namespace ?? ''];
}
