import type { Severity } from '@netguard/core';

export interface SeverityScale {
  readonly falco: 'Critical' | 'Error' | 'Warning' | 'Notice';
  readonly ocsf: 2 | 3 | 4 | 5;
  /** Suricata: 1 is the gravest. */
  readonly eve: 1 | 2 | 3;
  readonly alertmanager: 'critical' | 'warning' | 'info';
  /** RFC 5424. */
  readonly syslog: 2 | 3 | 4 | 5;
  /** OpenTelemetry's severity number, by its own table for syslog. */
  readonly otlp: 10 | 13 | 17 | 18;
}

/** What a severity is called elsewhere. */
export const SEVERITY_SCALES: Readonly<Record<Severity, SeverityScale>> = {
  critical: { falco: 'Critical', ocsf: 5, eve: 1, alertmanager: 'critical', syslog: 2, otlp: 18 },
  high: { falco: 'Error', ocsf: 4, eve: 1, alertmanager: 'critical', syslog: 3, otlp: 17 },
  medium: { falco: 'Warning', ocsf: 3, eve: 2, alertmanager: 'warning', syslog: 4, otlp: 13 },
  low: { falco: 'Notice', ocsf: 2, eve: 3, alertmanager: 'info', syslog: 5, otlp: 10 },
};

/** That an alert is over is information, where each message stands for itself: it must wake nobody a second time. */
export const RESOLVED_SCALE = { falco: 'Informational', syslog: 6, otlp: 9 } as const;
