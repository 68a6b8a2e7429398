import type { DatagramObservation } from '../observation.ts';
import { Lru } from '../sketch/lru.ts';
import type { TableState } from '../table-state.ts';
import type { Outcome } from './contact.ts';

const CAPACITY = 8192;
/** ICMP types (RFC 792, RFC 4443): a conversation's local port is the type. */
const ECHO = 8;
const ECHO_REPLY = 0;
const ECHO6 = 128;
const ECHO_REPLY6 = 129;
/** traceroute's datagrams are not meant to be answered: from 33434 on, three for each of 30 hops and some more. */
const TRACEROUTE_FROM = 33_434;
const TRACEROUTE_TO = 33_534;

/** What datagrams say of a contact. One that nobody answers is `unknown` at first and `failed` when its conversation is over. */
export class DatagramOutcomes {
  /** Conversations of ours that nobody answered so far, by id; pings by address. */
  readonly #unanswered = new Lru<string, true>(CAPACITY);

  outcome(seen: DatagramObservation): Outcome | undefined {
    if (seen.protocol === 'ICMP') return this.#icmp(seen);
    if (seen.role !== 'client') return seen.isNew ? 'answered' : undefined;
    if (seen.delta.receivedPackets > 0) {
      if (this.#unanswered.size > 0) this.#unanswered.delete(seen.id);
      return 'answered';
    }
    if (seen.isNew && !seen.ended)
      return isGroup(seen.remote.ip) || isTraceroute(seen) ? undefined : this.#wait(seen.id);
    return seen.ended && this.#unanswered.delete(seen.id) ? 'failed' : undefined;
  }

  get state(): TableState {
    return { entries: this.#unanswered.size, capacity: CAPACITY, evicted: this.#unanswered.evicted };
  }

  /** Request and reply differ in type and so are two conversations. */
  #icmp(seen: DatagramObservation): Outcome | undefined {
    const type = seen.local.port;
    const key = `${seen.local.ip}>${seen.remote.ip}`;
    if (type === ECHO_REPLY || type === ECHO_REPLY6 || seen.delta.receivedPackets > 0) {
      this.#unanswered.delete(key);
      return undefined;
    }
    if ((type !== ECHO && type !== ECHO6) || seen.role !== 'client') return undefined;
    if (seen.isNew && !seen.ended) return isGroup(seen.remote.ip) ? undefined : this.#wait(key);
    return seen.ended && this.#unanswered.delete(key) ? 'failed' : undefined;
  }

  #wait(key: string): Outcome {
    this.#unanswered.set(key, true);
    return 'unknown';
  }
}

function isTraceroute({ protocol, remote }: DatagramObservation): boolean {
  return protocol === 'UDP' && remote.port >= TRACEROUTE_FROM && remote.port <= TRACEROUTE_TO;
}

/** Multicast and broadcast: nobody in particular is asked. */
function isGroup(ip: string): boolean {
  if (ip.startsWith('ff') || ip === '255.255.255.255' || ip.endsWith('.255')) return true;
  const dot = ip.indexOf('.');
  const first = dot > 0 ? Number(ip.slice(0, dot)) : 0;
  return first >= 224 && first < 240;
}
