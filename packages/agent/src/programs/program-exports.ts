import { ownValue } from './own-value.ts';
import { specPath } from './request-files.ts';
import type { ProgramRequest, RingMap, RunningProgram } from './running-program.ts';
import { EventDecoder } from './series/event-decoder.ts';
import { NO_SPEC, type ProgramSpec, parseProgramSpec } from './series/parse-spec.ts';
import { ProgramSeries } from './series/program-series.ts';
import type { ProgramEvent, ProgramMeasurement, SeriesFamily, SeriesNames } from './series/types.ts';

/** What a loaded program gives to others: metrics and measurements of its maps, events of its ring buffers. */
export class ProgramExports {
  readonly #name: string;
  readonly #spec: ProgramSpec;
  readonly #running: RunningProgram;
  readonly #names: SeriesNames;
  readonly #decoders: ReadonlyMap<string, EventDecoder>;
  #series: ProgramSeries;
  #maps: string;
  #problem: string | undefined;

  /** Throws ConfigError: NG_ERR_PROGRAM_YAML and NG_ERR_PROGRAM_SPEC, where its YAML is wrong or speaks of what it has not. */
  constructor({ name, path, spec }: ProgramRequest, running: RunningProgram, names: SeriesNames) {
    const file = specPath(path).split('/').at(-1) ?? '';
    this.#name = name;
    this.#spec = spec === undefined ? NO_SPEC : parseProgramSpec(spec, file);
    this.#running = running;
    this.#names = names;
    const rings = running.rings();
    this.#decoders = new Map(rings.flatMap((ring) => this.#decoder(ring)));
    this.#maps = mapNames(running);
    this.#series = this.#hasLaterMaps ? this.#seriesOf(NO_SPEC) : this.#seriesOf(this.#spec);
    if (this.#hasLaterMaps) this.#renew();
  }

  /** Why the YAML is not in use, a map could not be read, or global variables have no metrics. */
  get problem(): string | undefined {
    return this.#problem ?? this.#series.state.lastError ?? this.#series.withoutMetrics[0];
  }

  async families(nowMs: number): Promise<readonly SeriesFamily[]> {
    await this.#refresh(nowMs);
    return this.#series.read(nowMs);
  }

  async measure(nowMs: number): Promise<readonly ProgramMeasurement[]> {
    await this.#refresh(nowMs);
    return this.#series.measure(nowMs);
  }

  /** Undefined for a record of which no type is known. */
  event(map: string, record: Uint8Array, nowMs: number): ProgramEvent | undefined {
    return this.#decoders.get(map)?.decode(record, nowMs);
  }

  /** The maps of a script are known once it has printed them. */
  get #hasLaterMaps(): boolean {
    return this.#running.hasLaterMaps;
  }

  #refresh(nowMs: number): Promise<void> {
    this.#follow();
    return this.#series.refresh(nowMs);
  }

  #follow(): void {
    if (!this.#hasLaterMaps || mapNames(this.#running) === this.#maps) return;
    this.#maps = mapNames(this.#running);
    this.#renew();
  }

  #renew(): void {
    try {
      this.#series = this.#seriesOf(this.#spec);
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      this.#series = this.#withoutSpec() ?? this.#series;
    }
  }

  /** Undefined where two maps would be one metric, so that only a YAML could tell them apart: the maps before go on. */
  #withoutSpec(): ProgramSeries | undefined {
    try {
      return this.#seriesOf(NO_SPEC);
    } catch {
      return undefined;
    }
  }

  #seriesOf(spec: ProgramSpec): ProgramSeries {
    const maps = this.#running.readable();
    const rings = this.#running.rings().map(({ name }) => name);
    return new ProgramSeries({ program: this.#name, spec, maps, names: this.#names, rings });
  }

  #decoder({ name, btf }: RingMap): [string, EventDecoder][] {
    if (btf === undefined || ownValue(this.#spec.events, name) === undefined) return [];
    return [[name, new EventDecoder(this.#name, name, btf, this.#spec, this.#names)]];
  }
}

function mapNames(running: RunningProgram): string {
  return running
    .readable()
    .map(({ name }) => name)
    .join(' ');
}
