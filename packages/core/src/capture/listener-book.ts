import { parseAddress } from '../address.ts';
import type { Observation } from '../observation.ts';
import type { TableState } from '../table-state.ts';
import type { Host } from './host.ts';
import { word } from './ip-header.ts';
import type { CaptureLimits } from './limits.ts';
import { Listener } from './listener.ts';
import { SlotTable } from './slot-table.ts';
import { SynRate } from './syn-rate.ts';

/** Open ports have as much room as the kernel's groups; asked ones, that a scan makes by the thousand, a quota of their own. */
const MOST_OPEN = 4096;
const MOST_ASKED = 16_384;
const ASKED = 0;
const OPEN = 1;
/** A silent port counts as a listener from so many SYNs on: below, it is one of the many ports that a scan asks. */
const SILENT_LISTENER_SYNS = 20;

/**
 * What arrives at ports that take connections, counted as the kernel programs do at LISTEN. A capture shows neither backlog
 * nor accept queue: they are 0, as for a listener whose limits are not known.
 */
export class ListenerBook {
  #limits: CaptureLimits;
  readonly #observe: (observation: Observation) => void;
  readonly #table = new SlotTable(5, 2);
  readonly #listeners: Listener[] = [];
  readonly #rate = new SynRate();
  readonly #key = new Int32Array(5);
  #dirty: Listener[] = [];
  #evicted = 0;

  constructor(limits: CaptureLimits, observe: (observation: Observation) => void) {
    this.#limits = limits;
    this.#observe = observe;
  }

  configure(limits: CaptureLimits): void {
    this.#limits = limits;
  }

  find(host: Host, port: number): Listener | undefined {
    host.writeTo(this.#key, 0);
    this.#key[4] = port;
    const slot = this.#table.find(this.#key);
    return slot < 0 ? undefined : this.#listeners[slot];
  }

  isOpen(host: Host, port: number): boolean {
    return this.find(host, port)?.answers === 'open';
  }

  /** A first SYN. Returns the port's listener, made when it is new. */
  syn(target: Host, port: number, source: Host, nowMs: number): Listener {
    const listener = this.#get(target, port);
    const limits = this.#limits;
    listener.syns++;
    this.#touch(listener);
    if (nowMs - listener.windowStartMs >= limits.windowMs || nowMs < listener.windowStartMs) {
      listener.windowStartMs = nowMs;
      listener.windowSyns = 0;
      listener.fireAt = limits.listenerSyns;
      listener.sources.clear();
    }
    listener.sources.add(source);
    listener.sample(source);
    listener.windowSyns++;
    const isCounted = listener.answers !== 'closed';
    if (listener.windowSyns === listener.fireAt) {
      listener.fireAt *= 2;
      if (isCounted) this.#observe(listener.observation(nowMs, 'threshold'));
    }
    const completed = this.#rate.syn(source, target, port, nowMs, limits);
    if (completed >= 0 && isCounted) this.#sourceCrossed(listener, source, nowMs, completed);
    return listener;
  }

  retransmitted(listener: Listener): void {
    listener.synRetransmits++;
    this.#touch(listener);
  }

  /** A SYN-ACK: the port is open. */
  answered(listener: Listener): void {
    if (listener.answers !== 'open') {
      listener.answers = 'open';
      this.#makeRoom(OPEN, MOST_OPEN);
      if (this.#listeners[listener.slot] === listener) this.#table.touch(listener.slot, OPEN);
    }
    listener.halfOpen++;
    this.#touch(listener);
  }

  /** A RST for a SYN. A port that answered before stays open: it may be short of room. */
  refused(listener: Listener): void {
    if (listener.answers === 'silent') listener.answers = 'closed';
  }

  /** A request left the queue: completed, reset or given up. */
  dequeued(listener: Listener): void {
    listener.halfOpen = Math.max(0, listener.halfOpen - 1);
    this.#touch(listener);
  }

  completed(listener: Listener, source: Host, nowMs: number): void {
    listener.completed++;
    listener.acks++;
    this.#touch(listener);
    this.#rate.completed(source, listener.host, listener.port, nowMs, this.#limits);
  }

  /** A segment for no connection at an open port: an ACK, or flags no handshake has. */
  stray(listener: Listener, isAck: boolean, packets: number): void {
    if (isAck) listener.acks += packets;
    else listener.oddFlags += packets;
    this.#touch(listener);
  }

  /** Once a second: the listeners that moved. */
  tick(nowMs: number): void {
    const moved = this.#dirty;
    this.#dirty = [];
    for (const listener of moved) {
      listener.isDirty = false;
      if (isListener(listener)) this.#observe(listener.observation(nowMs, 'tick'));
    }
  }

  /** A fresh reading for a judgement that falls due; nothing when the port is none that is told of. */
  read(ip: string, port: number, nowMs: number): void {
    const bytes = parseAddress(ip);
    if (bytes === undefined) return;
    for (let index = 0; index < 4; index++) this.#key[index] = word(bytes, index * 4);
    this.#key[4] = port;
    const slot = this.#table.find(this.#key);
    const listener = slot < 0 ? undefined : this.#listeners[slot];
    if (listener !== undefined && isListener(listener)) this.#observe(listener.observation(nowMs, 'tick'));
  }

  get state(): TableState {
    return { entries: this.#table.total, capacity: MOST_OPEN + MOST_ASKED, evicted: this.#evicted };
  }

  #sourceCrossed(listener: Listener, source: Host, timeMs: number, completed: number): void {
    this.#observe({
      kind: 'syn-source',
      timeMs,
      cgroupId: listener.host.netns,
      netns: listener.host.netns,
      local: { ip: listener.host.ip, port: listener.port },
      sourceIp: source.ip,
      windowMs: this.#limits.windowMs,
      syns: this.#limits.sourceSyns,
      completed,
    });
  }

  #get(host: Host, port: number): Listener {
    const known = this.find(host, port);
    if (known !== undefined) {
      this.#table.touch(known.slot);
      return known;
    }
    this.#makeRoom(ASKED, MOST_ASKED);
    const slot = this.#table.add(this.#key, ASKED);
    const listener = new Listener(slot, host, port);
    this.#listeners[slot] = listener;
    return listener;
  }

  #makeRoom(list: number, most: number): void {
    if (this.#table.size(list) < most) return;
    this.#table.remove(this.#table.oldest(list));
    this.#evicted++;
  }

  #touch(listener: Listener): void {
    if (listener.isDirty) return;
    listener.isDirty = true;
    this.#dirty.push(listener);
  }
}

function isListener(listener: Listener): boolean {
  return listener.answers === 'open' || (listener.answers === 'silent' && listener.syns >= SILENT_LISTENER_SYNS);
}
