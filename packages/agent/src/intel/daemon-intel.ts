import { isDeepStrictEqual } from 'node:util';
import {
  explainError,
  type IntelHit,
  type IntelItem,
  type IntelKind,
  type IntelList,
  IntelLists,
  parseIntelValue,
} from '@netguard/core';
import type { Config } from '../config/schema.ts';
import type { WatchFileOptions } from '../config/watch-file.ts';
import type { Logger } from '../log.ts';
import type { NodeState } from '../state/node-state.ts';
import { FollowedList } from './followed-list.ts';
import { entriesOf, type IntelListView, type IntelTestView, intelListView } from './intel-view.ts';
import { ListCache } from './list-cache.ts';
import { allowList } from './make-list.ts';

export interface DaemonIntelOptions {
  readonly stateDir: string;
  readonly state: Pick<NodeState, 'concerns' | 'now'>;
  readonly logger: Logger;
  readonly version: string;
  readonly watching?: WatchFileOptions;
  readonly firstRetryMs?: number;
}

/** How lists do, for those who tell it. */
export interface IntelReports {
  views(): IntelListView[];
  /** Throws RangeError, saying why, for a value that names nothing. */
  test(value: string, kind?: IntelKind): IntelTestView;
  figures(): readonly { readonly name: string; readonly entries: number; readonly lastSuccessMs: number | undefined }[];
}

/** The lists of a daemon. Each is kept up to date by itself; what is in use goes on as a whole whenever one has changed. */
export class DaemonIntel implements IntelReports {
  readonly #options: DaemonIntelOptions;
  readonly #cache: ListCache;
  readonly #lookup = new IntelLists();
  #followed: readonly FollowedList[] = [];
  #allow: IntelList | undefined;
  #allowed: readonly string[] = [];
  #onChange: (lists: readonly IntelList[]) => void = () => {};

  constructor(options: DaemonIntelOptions) {
    this.#options = options;
    this.#cache = new ListCache(options.stateDir);
  }

  /** The lists that are on disk, at once; later states of all of them go to `onChange`. Lists that cannot be read are told of. */
  start(settings: Config['intel'], onChange: (lists: readonly IntelList[]) => void): readonly IntelList[] {
    this.configure(settings);
    this.#onChange = onChange;
    return this.#inUse();
  }

  /** Takes other settings into use; lists whose settings are the same go on as they are. */
  configure({ lists, allow }: Config['intel']): void {
    const before = new Map(this.#followed.map((one) => [one.settings.name, one]));
    const followed: FollowedList[] = [];
    for (const settings of lists) {
      const known = before.get(settings.name);
      if (known !== undefined && isDeepStrictEqual(known.settings, settings)) {
        before.delete(settings.name);
        followed.push(known);
        continue;
      }
      followed.push(this.#follow(settings));
    }
    const names = new Set(lists.map(({ name }) => name));
    for (const gone of before.values()) this.#forget(gone, !names.has(gone.settings.name));
    this.#followed = followed;
    if (this.#allow === undefined || !isDeepStrictEqual(this.#allowed, allow)) {
      this.#allowed = allow;
      this.#allow = allowList(allow);
    }
    this.#publish();
  }

  views(): IntelListView[] {
    return this.#followed.map((one) => intelListView(one, this.#options.state.now()));
  }

  test(value: string, kind?: IntelKind): IntelTestView {
    const item = parseIntelValue(value, kind);
    if ('problem' in item) throw new RangeError(item.problem);
    const nowMs = this.#options.state.now();
    const verdict = verdictOf(this.#lookup, item, nowMs);
    return {
      value,
      kind: item.kind,
      ...(verdict === undefined ? undefined : { verdict }),
      hits: this.#lookup.all(item, nowMs),
    };
  }

  figures(): ReturnType<IntelReports['figures']> {
    return this.#followed.map(({ settings: { name }, made, lastSuccessMs }) => ({
      name,
      entries: made === undefined ? 0 : entriesOf(made.read.table.counts),
      lastSuccessMs,
    }));
  }

  close(): void {
    for (const one of this.#followed) one.close();
  }

  #follow(settings: FollowedList['settings']): FollowedList {
    const { state, logger, version, watching, firstRetryMs } = this.#options;
    const followed = new FollowedList(settings, {
      cache: this.#cache,
      version,
      now: state.now,
      onChange: (list) => {
        this.#tell(list);
        this.#publish();
      },
      onCacheError: ({ settings: { name } }, err) =>
        logger.warn({ err, list: name }, 'a list could not be kept on disk: after a restart it is fetched anew'),
      ...(watching === undefined ? undefined : { watching }),
      ...(firstRetryMs === undefined ? undefined : { firstRetryMs }),
    });
    followed.start();
    this.#tell(followed);
    return followed;
  }

  #forget(followed: FollowedList, isGone: boolean): void {
    const { name } = followed.settings;
    followed.close();
    if (!isGone) return;
    this.#options.state.concerns.delete(concern(name));
    this.#cache.remove(name);
  }

  #tell({ settings: { name }, problem, made }: FollowedList): void {
    const { state, logger } = this.#options;
    if (problem === undefined) {
      state.concerns.delete(concern(name));
      if (made !== undefined) logger.debug({ list: name, entries: entriesOf(made.read.table.counts) }, 'list in use');
      return;
    }
    const instead =
      made === undefined ? 'there is none before it' : `that of ${new Date(made.madeMs).toISOString()} is in use`;
    const [why] = explainError(problem).split('\n', 1);
    state.concerns.set(concern(name), `The newest of list ${name} could not be had, ${instead}: ${why}`);
    logger.warn({ err: problem, list: name }, 'a list could not be had');
  }

  #inUse(): IntelList[] {
    const lists = this.#followed.flatMap(({ list }) => list ?? []);
    return this.#allow === undefined ? lists : [...lists, this.#allow];
  }

  #publish(): void {
    const lists = this.#inUse();
    this.#lookup.set(lists);
    this.#onChange(lists);
  }
}

function concern(name: string): string {
  return `intel ${name}`;
}

function verdictOf(lookup: IntelLists, item: IntelItem, nowMs: number): IntelHit | undefined {
  const [first, ...rest] = lookup.all(item, nowMs);
  const isAllowed = [first, ...rest].some((hit) => hit?.category === 'allow');
  return first === undefined || isAllowed || first.category === 'known-scanner' ? undefined : first;
}
