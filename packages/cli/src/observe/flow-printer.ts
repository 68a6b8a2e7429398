import type { Flow } from '@netguard/core';
import { fit } from '../text/display-width.ts';
import type { Palette } from '../text/palette.ts';
import { safeJson } from '../text/safe-json.ts';
import { safeText } from '../text/safe-text.ts';
import { type TableColumn, table } from '../text/table.ts';
import { formatTime, type TimeFormat } from '../text/time-format.ts';
import { hostText, summary, typeText } from './flow-text.ts';
import { hubbleLine } from './hubble-flow.ts';

export const OBSERVE_OUTPUTS = ['compact', 'dict', 'json', 'jsonpb', 'table'] as const;
export type ObserveOutput = (typeof OBSERVE_OUTPUTS)[number];

export interface PrinterOptions {
  readonly output: ObserveOutput;
  readonly timeFormat: TimeFormat;
  readonly numeric: boolean;
  readonly nodeName: boolean;
  readonly palette: Palette;
}

/** Turns flows into the lines of one output format; `table` keeps them until `end`. */
export class FlowPrinter {
  readonly #options: PrinterOptions;
  #kept: Flow[] = [];
  #count = 0;

  constructor(options: PrinterOptions) {
    this.#options = options;
  }

  print(flow: Flow): string {
    const first = this.#count++ === 0;
    switch (this.#options.output) {
      case 'json':
      case 'jsonpb':
        return `${safeJson(hubbleLine(flow))}\n`;
      case 'dict':
        return `${first ? '' : '------------\n'}${this.#dict(flow)}`;
      case 'table':
        this.#kept.push(flow);
        return '';
      case 'compact':
        return this.#compact(flow);
    }
  }

  /** What is left to print when there are no more flows. */
  end(): string {
    if (this.#options.output !== 'table' || this.#kept.length === 0) return '';
    const lines = table(this.#columns(), this.#kept);
    this.#kept = [];
    return `${lines.join('\n')}\n`;
  }

  #compact(flow: Flow): string {
    const { palette, nodeName } = this.#options;
    const node = nodeName ? ` [${safeText(flow.node)}]` : '';
    const source = palette.cyan(this.#host(flow.source));
    const destination = palette.cyan(this.#host(flow.destination));
    return `${this.#time(flow)}${node}: ${source} -> ${destination} ${typeText(flow)} ${this.#verdict(flow)} (${summary(flow)})\n`;
  }

  #dict(flow: Flow): string {
    const { palette, nodeName } = this.#options;
    const rows: [string, string][] = [
      ['TIMESTAMP', this.#time(flow)],
      ...(nodeName ? ([['NODE', safeText(flow.node)]] as [string, string][]) : []),
      ['SOURCE', palette.cyan(this.#host(flow.source))],
      ['DESTINATION', palette.cyan(this.#host(flow.destination))],
      ['TYPE', typeText(flow)],
      ['VERDICT', this.#verdict(flow)],
      ['SUMMARY', summary(flow)],
    ];
    return rows.map(([name, value]) => `${fit(name, 11, 'right')}: ${value}\n`).join('');
  }

  #columns(): TableColumn<Flow>[] {
    return [
      { title: 'TIMESTAMP', value: (flow) => this.#time(flow) },
      ...(this.#options.nodeName ? [{ title: 'NODE', value: (flow: Flow) => flow.node }] : []),
      { title: 'SOURCE', value: (flow) => this.#host(flow.source) },
      { title: 'DESTINATION', value: (flow) => this.#host(flow.destination) },
      { title: 'TYPE', value: typeText },
      { title: 'VERDICT', value: (flow) => flow.verdict },
      { title: 'SUMMARY', value: summary },
    ];
  }

  #time(flow: Flow): string {
    return formatTime(flow.time, this.#options.timeFormat);
  }

  #host(endpoint: Flow['source']): string {
    return hostText(endpoint, { numeric: this.#options.numeric });
  }

  #verdict(flow: Flow): string {
    const { palette } = this.#options;
    return (flow.verdict === 'FORWARDED' ? palette.green : palette.red)(flow.verdict);
  }
}
