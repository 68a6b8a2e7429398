import type { FingerprintKind, IntelLookup } from '../../intel/intel.ts';
import type { ApplicationObservation } from '../../observation.ts';
import type { DnsFacts, HttpRequest, TlsClientHello } from '../../payload/facts.ts';
import { hostOf, type Sighting, type SightingOf } from './sighting.ts';

const CNAME = 5;
/** Questions, answers and certificates of one message that are looked up. */
const MOST = 8;

type Way = Sighting['way'];

/** What of a message is listed; nothing for most. */
export function listedApplication(observation: ApplicationObservation, intel: IntelLookup): Sighting[] {
  const { facts } = observation;
  const look = new Look(observation, intel);
  switch (facts.protocol) {
    case 'dns':
      look.dns(facts);
      break;
    case 'tls':
      if (facts.message === 'client-hello') look.hello(facts);
      else if (facts.message === 'server-hello') look.mark('ja3s', facts.ja3s.hash);
      else if (facts.message === 'certificate')
        for (const { sha1, sha256 } of facts.chain.slice(0, MOST)) look.certificate([sha1, sha256]);
      break;
    case 'quic':
      if (facts.hello !== undefined) look.hello(facts.hello);
      break;
    case 'http':
      if (facts.message === 'request') look.request(header(facts, 'host'), facts.target);
      break;
    case 'http2':
      if (facts.message === 'request') {
        const of = (name: string): string => facts.headers.find(([key]) => key === name)?.[1] ?? '';
        look.request(of(':authority'), of(':path'));
      }
      break;
    case 'ssh':
      if (facts.message === 'key-exchange') look.mark(look.isOfClient ? 'hassh' : 'hassh-server', facts.hassh.hash);
      break;
    default:
      break;
  }
  return look.found;
}

class Look {
  readonly found: Sighting[] = [];
  readonly isOfClient: boolean;
  readonly #sent: boolean;
  readonly #timeMs: number;
  readonly #intel: IntelLookup;

  constructor({ sent, role, timeMs }: ApplicationObservation, intel: IntelLookup) {
    this.#sent = sent;
    this.isOfClient = role === 'server' ? !sent : sent;
    this.#timeMs = timeMs;
    this.#intel = intel;
  }

  /** Questions of ours, and where answers to us lead. */
  dns({ message, questions, answers }: DnsFacts): void {
    if (message === 'query' && this.#sent) {
      for (const { name } of questions.slice(0, MOST)) this.#domain(name, 'dns-query', false);
    }
    if (message === 'response' && !this.#sent) {
      for (const { type, data } of answers.slice(0, MOST)) if (type === CNAME) this.#domain(data, 'dns-answer', false);
    }
  }

  hello({ serverName, ja3, ja4 }: TlsClientHello): void {
    if (this.#sent && serverName !== undefined) this.#domain(serverName, 'server-name', true);
    this.mark('ja3', ja3.hash);
    this.mark('ja4', ja4);
  }

  /** A URL says more than its host. */
  request(host: string, target: string): void {
    if (!this.#sent || host === '') return;
    const hit = this.#intel.url(host, target, this.#timeMs);
    if (hit === undefined) this.#domain(host.replace(/:\d+$/, ''), 'http-host', true);
    else this.#add({ hit, of: 'http-url', value: hit.entry, way: 'out', domain: hostOf(hit.entry), established: true });
  }

  mark(kind: FingerprintKind, value: string): void {
    const hit = this.#intel.fingerprint(kind, value, this.#timeMs);
    if (hit !== undefined) this.#add({ hit, of: kind, value, way: this.#way(), established: true });
  }

  certificate(hashes: readonly string[]): void {
    for (const value of hashes) {
      const hit = this.#intel.certificate(value, this.#timeMs);
      if (hit === undefined) continue;
      this.#add({ hit, of: 'certificate', value, way: this.#way(), established: true });
      return;
    }
  }

  #domain(value: string, of: SightingOf, established: boolean): void {
    const hit = this.#intel.domain(value, this.#timeMs);
    if (hit === undefined) return;
    this.#add({ hit, of, value, way: 'out', domain: hostOf(hit.entry), established });
  }

  /** A client's fingerprint speaks of who called, a server's of who was called. */
  #way(): Way {
    if (this.isOfClient) return this.#sent ? 'out' : 'in';
    return this.#sent ? 'own' : 'out';
  }

  #add(sighting: Sighting): void {
    this.found.push(sighting);
  }
}

function header({ headers }: HttpRequest, name: string): string {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}
