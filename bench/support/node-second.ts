/**
 * One second of a busy node, played again and again, a second later each time: what moved on in place and with other bytes,
 * what is new with new ids and ports, and with other ends outside: the same again every second would be a beacon, or a scan.
 * The shares are in `MIX`; events come first, spread over the second, then what the tick reads at once.
 */
import type { ConnectionObservation, DatagramObservation, ListenerObservation, ProbeObservation } from '@netguard/core';
import { type NodeNames, nodeNames } from './node-names.ts';
import {
  connection,
  datagrams,
  datagramTotal,
  listener,
  probe,
  type Seen,
  synSource,
  type Writable,
} from './observations.ts';

export const START_MS = 1_700_000_000_000;

/** Observations of a second of a node with 9,200 moving connections and 6,200 that open or close. */
export const SECOND = 20_000;

/** Addresses outside that one workload calls. */
const CALLED_OUTSIDE = 16;
/** Of bytes, in which no two seconds are alike. */
const VARIANTS = 97;

/** Of 1000 observations. */
export const MIX = {
  'open connections that moved': 460,
  'connections that open': 60,
  'connections that close, seen open before': 60,
  'connections that opened and closed within the second': 180,
  'connections that fail': 10,
  'DNS questions of pods, new': 90,
  'DNS conversations that end': 30,
  'DNS answered by a resolver here': 20,
  'QUIC and the like, going on': 10,
  'datagram totals': 40,
  listeners: 25,
  'probes (late segments, strangers)': 12,
  'loud SYN sources': 3,
} as const;

type Connection = Seen<ConnectionObservation>;

export class NodeSecond {
  readonly items: readonly Seen[];
  readonly names: NodeNames = nodeNames();
  readonly #opening: Connection[] = [];
  readonly #closing: Connection[] = [];
  readonly #brief: Connection[] = [];
  readonly #asked: Seen<DatagramObservation>[] = [];
  readonly #listeners: Writable<ListenerObservation>[] = [];
  readonly #probes: Seen<ProbeObservation>[] = [];
  readonly #moved: Connection[] = [];
  #serial = 0;
  #seed = 1;
  #clockMs = START_MS;

  constructor() {
    const events: Seen[] = [];
    const tick: Seen[] = [];
    const each = (share: keyof typeof MIX, into: Seen[], make: (index: number) => Seen): void => {
      for (let index = 0; index < (MIX[share] * SECOND) / 1000; index++) into.push(make(index));
    };
    each('connections that open', tick, () => keep(this.#opening, this.#opened()));
    each('connections that close, seen open before', events, () => keep(this.#closing, this.#closed(false)));
    each('connections that opened and closed within the second', events, () => keep(this.#brief, this.#closed(true)));
    each('connections that fail', events, () => keep(this.#brief, this.#failed()));
    each('DNS questions of pods, new', tick, () => keep(this.#asked, this.#question()));
    each('DNS conversations that end', tick, (index) => this.#ended(index));
    each('DNS answered by a resolver here', tick, () => this.#answer());
    each('QUIC and the like, going on', tick, () => this.#quic());
    each('datagram totals', tick, (index) => datagramTotal(this.#local(index), index % this.names.local.length));
    each('listeners', tick, (index) =>
      keepObservation(this.#listeners, listener(this.#local(index), index % 110, 8080 + Math.floor(index / 110))),
    );
    each('probes (late segments, strangers)', tick, (index) => keep(this.#probes, this.#probe(index)));
    each('loud SYN sources', events, (index) =>
      synSource(this.#local(index % 4), index % 4, 8080, this.#stranger(index % 8)),
    );
    each('open connections that moved', tick, () => keep(this.#moved, this.#connection()));
    this.items = [...shuffled(events), ...tick];
    this.next();
  }

  /** Moves everything on by a second. Not to be measured. Returns the time of the tick that ends it. */
  next(): number {
    const from = this.#clockMs;
    this.#clockMs += 1000;
    for (let index = 0; index < this.items.length; index++) {
      const { observation } = this.items[index] as Seen;
      observation.timeMs = from + Math.min(999, index / (SECOND / 1400));
    }
    for (const [index, { observation: closing }] of this.#closing.entries()) {
      const opening = this.#opening[index] as Connection;
      closing.id = opening.observation.id;
      closing.startMs = opening.observation.startMs;
      closing.role = opening.observation.role;
      closing.local.port = opening.observation.local.port;
      closing.remote.port = opening.observation.remote.port;
      closing.local.ip = opening.observation.local.ip;
      closing.remote.ip = opening.observation.remote.ip;
      const { who } = this.#closing[index] as Connection;
      who.local = opening.who.local;
      who.remote = opening.who.remote;
    }
    for (const { observation } of [...this.#opening, ...this.#brief]) {
      const client = observation.role === 'client' ? observation.local : observation.remote;
      client.port = 32_768 + (this.#serial % 28_000);
      observation.id = this.#id();
      observation.startMs = observation.timeMs - 20;
    }
    for (const seen of this.#opening) this.#turnToAnother(seen);
    for (const seen of this.#brief) this.#turnToAnother(seen);
    for (const { observation } of this.#moved) {
      const bytes = 1500 + 13 * (this.#serial++ % VARIANTS);
      observation.delta[observation.role === 'client' ? 'receivedBytes' : 'sentBytes'] = bytes;
      observation.total[observation.role === 'client' ? 'receivedBytes' : 'sentBytes'] += bytes;
    }
    for (const [index, seen] of this.#probes.entries()) {
      const { observation, who } = this.#probe(index);
      Object.assign(seen.observation, observation, { timeMs: seen.observation.timeMs });
      Object.assign(seen.who, who);
    }
    for (const { observation } of this.#asked) {
      observation.local.port = 32_768 + (this.#serial % 28_000);
      observation.id = this.#id();
    }
    for (const reading of this.#listeners) {
      reading.syns += 20;
      reading.completed += 20;
      reading.acks += 20;
    }
    return this.#clockMs;
  }

  /** What comes from outside comes from anybody; what goes there goes to one of a few, when it is needed. */
  #turnToAnother({ observation, who }: Connection): void {
    if (who.remote?.kind !== 'world') return;
    const n = this.#random();
    const from = observation.role === 'client' ? observation.cgroupId * CALLED_OUTSIDE + (n % CALLED_OUTSIDE) : n;
    const stranger = this.#stranger(from);
    who.remote = stranger;
    observation.remote.ip = stranger.ip;
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
    return this.#seed >>> 8;
  }

  #id(): string {
    return `${1_000_000 + this.#serial++}.0`;
  }

  #local(index: number) {
    return this.names.local[index % this.names.local.length] as (typeof this.names.local)[number];
  }

  #stranger(index: number) {
    return this.names.strangers[index % this.names.strangers.length] as (typeof this.names.strangers)[number];
  }

  /** Of 20: 11 served (2 to strangers, 1 to a node's address), 9 called (3 services, 3 pods, 2 strangers, the API server). */
  #connection(): Connection {
    const n = this.#serial++;
    const { names } = this;
    const of = n % 20;
    const role = of < 11 ? 'server' : 'client';
    const pod = names.pods[(n * 7) % names.pods.length];
    const service = names.services[(n * 3) % names.services.length];
    const stranger = this.#stranger(n * 11);
    const node = names.nodes[n % names.nodes.length];
    const remote =
      role === 'server'
        ? of < 2
          ? stranger
          : of < 3
            ? node
            : pod
        : of < 14
          ? service
          : of < 17
            ? pod
            : of < 19
              ? stranger
              : names.apiServer;
    const port = role === 'server' ? 8080 : of < 14 ? 80 : of < 17 ? 8080 : 443;
    const local = this.#local(n * 13);
    return connection({
      id: this.#id(),
      role,
      local,
      remote: remote as typeof local,
      port,
      clientPort: 32_768 + (n % 28_000),
      cgroupId: (n * 13) % names.local.length,
      bytes: 1500 + (n % 700),
    });
  }

  #opened(): Connection {
    const seen = this.#connection();
    seen.observation.isNew = true;
    return seen;
  }

  #closed(isNew: boolean): Connection {
    const seen = this.#connection();
    seen.observation.phase = 'closed';
    seen.observation.isNew = isNew;
    seen.observation.closeReason = 'fin';
    return seen;
  }

  #failed(): Connection {
    const seen = this.#closed(true);
    const { observation } = seen;
    observation.role = 'client';
    observation.established = false;
    observation.closeReason = 'refused';
    const target = this.names.pods[(this.#serial % 20) + 300];
    seen.who.remote = target ?? null;
    observation.remote = { ip: target?.ip ?? '', port: 8080 };
    const nothing = { receivedBytes: 0, sentBytes: 0, receivedPackets: 1, sentPackets: 1, retransmits: 0 };
    observation.delta = { ...nothing };
    observation.total = { ...nothing };
    return seen;
  }

  #question(): Seen<DatagramObservation> {
    const n = this.#serial++;
    const local = this.#local(n * 13);
    const ends = { local, remote: this.names.resolver, port: 53, clientPort: 32_768 + (n % 28_000) };
    const seen = datagrams({
      ...ends,
      id: this.#id(),
      role: 'client',
      cgroupId: n % 110,
      received: 2,
      sent: 2,
      size: 60,
    });
    seen.observation.isNew = true;
    return seen;
  }

  #ended(index: number): Seen {
    const seen = this.#question();
    const question = this.#asked[index] as Seen<DatagramObservation>;
    seen.observation.id = question.observation.id;
    seen.observation.isNew = false;
    seen.observation.ended = true;
    seen.observation.delta = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0 };
    return seen;
  }

  #answer(): Seen {
    const n = this.#serial++;
    const remote = this.names.pods[(n * 7) % this.names.pods.length];
    const { resolverPod: local } = this.names;
    const ends = { local, remote: remote ?? local, port: 53, clientPort: 32_768 + (n % 28_000) };
    return datagrams({ ...ends, id: this.#id(), role: 'server', cgroupId: 1, received: 2, sent: 2, size: 80 });
  }

  #quic(): Seen {
    const n = this.#serial++;
    const ends = {
      local: this.#local(n * 13),
      remote: this.#stranger(n * 11),
      port: 443,
      clientPort: 40_000 + (n % 9000),
    };
    return datagrams({ ...ends, id: this.#id(), role: 'client', cgroupId: n % 110, received: 20, sent: 8, size: 900 });
  }

  /** A stranger knocks; or a segment of a connection that is over is late, as a server's at a client that has gone. */
  #probe(index: number): Seen<ProbeObservation> {
    if (index % 4 === 0) {
      const local = this.#random() % this.names.local.length;
      return probe(this.#local(local), local, this.#stranger(this.#random()), 'syn', 23);
    }
    let over: Connection;
    do over = this.#brief[this.#random() % this.#brief.length] as Connection;
    while (over.observation.role !== 'client' || !over.observation.established);
    const { observation, who } = over;
    const shape = index % 4 === 1 ? 'rst' : 'ack';
    return probe(who.local, observation.netns, who.remote ?? who.local, shape, observation.local.port);
  }
}

function keep<T>(into: T[], item: T): T {
  into.push(item);
  return item;
}

function keepObservation(into: Writable<ListenerObservation>[], seen: Seen<ListenerObservation>): Seen {
  into.push(seen.observation);
  return seen;
}

/** Always the same order. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  let random = 1;
  for (let index = result.length - 1; index > 0; index--) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const other = random % (index + 1);
    [result[index], result[other]] = [result[other] as T, result[index] as T];
  }
  return result;
}
